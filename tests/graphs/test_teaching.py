"""A model as the teacher: attempts, their seeds, and what is kept of them."""

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from scripted_chat import PlaysAgent
from scripted_team import GoldJudge, Retriever, Script, a_task, some_hits

from graphs.agent import agent_solver
from graphs.batch import attempts, synthesise
from graphs.checkpoints import durability
from graphs.config import SynthConfig
from graphs.solver import GuardedSearch
from graphs.synthesis import SynthesisDeps
from graphs.turn_policies import ChatPolicy
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Teacher, Trajectory, trace_key
from masksearch.stages import ACCEPTED, REJECTED, TRACES
from masksearch.store import read_records

TASKS = [a_task(number) for number in range(1, 5)]
ANSWERS = {f"Item {number} is": f"gold {number}" for number in range(1, 5)}


async def teach(folder: Path, chat: PlaysAgent, **settings) -> dict:
    script = Script(hits=some_hits())
    config = SynthConfig(**{"team": "agent", "concurrency": 2, **settings})
    policy = ChatPolicy(chat, lambda _: "Search.", temperature=config.temperature)
    search = GuardedSearch(Retriever(script), Guard.PAGE)
    solver = agent_solver(policy, search, round=config.round, made_with={"model": "m"})
    return await synthesise(
        RunFolder(folder),
        TASKS,
        SynthesisDeps(solver, GoldJudge(script)),
        config,
        top_k=2,
        inputs={"tasks": "t"},
    )


def traces(folder: Path) -> list[Trajectory]:
    files = (folder / TRACES / name for name in (ACCEPTED, REJECTED))
    return [trace for path in files for trace in read_records(path, Trajectory)]


def odd(seed: int) -> bool:
    return seed % 2 == 1


async def test_a_greedy_model_teaches_and_is_named_with_its_round(tmp_path):
    chat = PlaysAgent(ANSWERS)
    counts = await teach(tmp_path, chat, seed=7, round=2)
    assert (counts.accepted, counts.tasks, counts.passes) == (4, 4, {"1": 4})
    found = traces(tmp_path)
    assert {trace.teacher for trace in found} == {Teacher(model="plays-agent", round=2)}
    assert {(trace.seed, trace.attempt) for trace in found} == {(7, 0)}
    assert chat.temperatures == {0.0}
    manifest = RunFolder(tmp_path).own(TRACES).manifest
    assert (manifest.inputs["team"], manifest.inputs["model"]) == ("agent", "m")


async def test_every_attempt_has_a_seed_of_its_own_and_passes_are_counted(tmp_path):
    settings = {"attempts": 5, "temperature": 0.8, "seed": 3}
    counts = await teach(tmp_path, chat := PlaysAgent(ANSWERS, odd), **settings)
    found = traces(tmp_path)
    assert len({(trace.task_id, trace.attempt) for trace in found}) == len(found) == 20
    assert len({trace.seed for trace in found}) == 20
    assert all(trace.is_accepted == odd(trace.seed) for trace in found)
    passed = Counter({task.id: 0 for task in TASKS})
    passed.update(trace.task_id for trace in found if trace.is_accepted)
    wanted = Counter(str(passes) for passes in passed.values())
    assert counts.passes == wanted and counts.tasks == 4
    assert chat.temperatures == {0.8}
    config = SynthConfig(team="agent", **settings)
    drawn = {one.key: one.seed for one in attempts(TASKS, config)}
    assert {trace_key(dict(trace)): trace.seed for trace in found} == drawn


async def test_a_limit_counts_tasks_and_not_attempts(tmp_path):
    counts = await teach(tmp_path, PlaysAgent(ANSWERS), limit=2, attempts=3, temperature=1.0)
    assert (counts.tasks, counts.passes) == (2, {"3": 2})


async def test_cancelled_between_attempts_each_is_made_once(tmp_path):
    settings = {"attempts": 3, "temperature": 1.0, "concurrency": 1}
    chat = PlaysAgent(ANSWERS, odd, hang_at=("Item 2 is", 4))
    running = asyncio.create_task(teach(tmp_path, chat, **settings))
    await chat.hanging.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(traces(tmp_path)) == 4
    chat.hang_at = None
    await teach(tmp_path, chat, **settings)
    keys = [(trace.task_id, trace.attempt) for trace in traces(tmp_path)]
    assert sorted(keys) == [(task.id, attempt) for task in TASKS for attempt in range(3)]
    calls = Counter(chat.calls)
    assert len(calls) == 4 * 3 * 2 and sorted(calls.values())[-2:] == [1, 2]


def test_any_paid_step_is_kept_before_the_next():
    kept = {team: durability(team) for team in ("extractive", "llm", "agent")}
    assert kept == {"extractive": "exit", "llm": "sync", "agent": "sync"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"attempts": 2}, "attempts above 1"),
        ({"attempts": 2, "team": "agent"}, "temperature above 0"),
        ({"attempts": 2, "team": "llm", "temperature": 1.0}, "team agent"),
        ({"tasks": "questions/"}, "questions:NAME:train"),
        ({"tasks": "hotpot"}, "questions:NAME:train"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        SynthConfig(**settings)


PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
import test_teaching
from scripted_chat import PlaysAgent

folder, kill_at = Path(sys.argv[1]), int(sys.argv[2])

class Killed(PlaysAgent):
    async def called(self, shown, seed, turn):
        with (folder / "calls").open("a") as file:
            file.write(f"{shown} {seed} {turn}\\n")
        if len((folder / "calls").read_text().splitlines()) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

chat = Killed(test_teaching.ANSWERS, test_teaching.odd)
settings = {"attempts": 3, "temperature": 1.0, "concurrency": 2}
asyncio.run(test_teaching.teach(folder, chat, **settings))
"""


def run(folder: Path, kill_at: int) -> int:
    tests = Path(__file__).parents[1]
    paths = [str(tests / "support"), str(tests / "graphs"), str(tests.parent)]
    start = f"import sys; sys.path[:0] = {paths!r}\n{PROGRAM}"
    command = [sys.executable, "-c", start, str(folder), str(kill_at)]
    return subprocess.run(command, timeout=60, check=False).returncode


def test_attempts_that_a_kill_interrupted_are_neither_lost_nor_made_twice(tmp_path):
    assert run(tmp_path, kill_at=12) == -signal.SIGKILL
    assert run(tmp_path, kill_at=0) == 0
    lines = [
        json.loads(line)
        for name in (ACCEPTED, REJECTED)
        for line in (tmp_path / TRACES / name).read_text().splitlines()
    ]
    keys = sorted((line["task_id"], line["attempt"]) for line in lines)
    assert keys == [(task.id, attempt) for task in TASKS for attempt in range(3)]
    calls = Counter((tmp_path / "calls").read_text().splitlines())
    assert len(calls) == 4 * 3 * 2
    assert sum(calls.values()) - len(calls) <= 2, "only what was under way is asked again"
