import asyncio
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from scripted_team import GoldJudge, Script, a_solver, a_task, a_team, some_hits

from graphs.batch import synthesise
from graphs.checkpoints import open_checkpoints, pending_threads
from graphs.config import SynthConfig
from graphs.synthesis import SynthesisDeps
from masksearch.errors import ModelError, StaleError, StoreError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.run_folder import RunFolder
from masksearch.schemas import Status, Trajectory
from masksearch.stages import TRACES
from masksearch.store import Ledger, read_records

TASKS = [a_task(number) for number in range(1, 13)]
STEPS_TO_ANSWER = {"planner": 1, "rewriter": 2, "search": 2, "observer": 2, "judge": 1}


async def run_all(
    folder: Path, script: Script, *, tasks=TASKS, team=None, kind="extractive", **settings
) -> dict:
    told = settings.pop("progress", lambda *_: None)
    if_exists = settings.pop("if_exists", IfExists.RESUME)
    deps = SynthesisDeps(a_solver(script, team), GoldJudge(script))
    return await synthesise(
        RunFolder(folder),
        tasks,
        deps,
        SynthConfig(**{"team": kind, "concurrency": 4, **settings}),
        top_k=2,
        inputs={"tasks": "t"},
        making=Making(if_exists, told),
    )


def traces(folder: Path) -> dict[str, list[Trajectory]]:
    stage = folder / TRACES
    return {
        name: list(read_records(stage / f"{name}.jsonl", Trajectory))
        for name in ("accepted", "rejected")
    }


async def test_each_task_ends_in_one_of_the_two_files_with_its_reason(tmp_path):
    script = Script(fail_plan={2}, fail_judge={3}, wrong={4}, hits=some_hits())
    counts = await run_all(tmp_path, script)
    found = traces(tmp_path)
    assert {t.task_id for t in found["accepted"]} == {
        task.id for task in TASKS if task.id not in ("task-2", "task-3", "task-4")
    }
    reasons = {t.task_id: (t.status, t.reason) for t in found["rejected"]}
    assert reasons == {
        "task-2": (Status.FAILED, "planner: the endpoint gave up"),
        "task-3": (Status.FAILED, "judge: no verdict in the reply"),
        "task-4": (Status.ANSWERED, "blank 1 differs"),
    }
    assert (counts.accepted, counts.rejected) == (9, 3)
    assert counts.status == {"answered": 10, "failed": 2}
    assert set(counts.reasons) == {reason for _, reason in reasons.values()}
    stage = RunFolder(tmp_path).stage(TRACES)
    assert stage.done and stage.counts == counts


async def test_a_finished_stage_is_not_done_again(tmp_path):
    counts = await run_all(tmp_path, Script())
    again = Script()
    assert await run_all(tmp_path, again) == counts
    assert not again.calls


async def test_how_many_run_at_once_may_change_but_not_what_is_made(tmp_path):
    await run_all(tmp_path, Script())
    assert await run_all(tmp_path, Script(), concurrency=1)
    with pytest.raises(StaleError, match="max_turns: 6 → 5"):
        await run_all(tmp_path, Script(), max_turns=5)
    restarted = Script()
    await run_all(tmp_path, restarted, max_turns=5, if_exists=IfExists.RESTART)
    assert restarted.calls["planner", 1] == 1


async def test_a_task_given_twice_is_solved_once(tmp_path):
    script = Script()
    counts = await run_all(tmp_path, script, tasks=[*TASKS, *TASKS[:5]])
    assert counts.accepted == len(TASKS)
    assert set(script.calls.values()) == {1}


async def test_no_more_than_the_limit_are_solved_nor_more_at_once_than_told(tmp_path):
    running, most = 0, 0

    class Watches:
        async def plan(self, prompt):
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1
            return await a_team(Script()).planner.plan(prompt)

    team = a_team(Script())._replace(planner=Watches())
    counts = await run_all(tmp_path, Script(), team=team, limit=7, concurrency=3)
    assert (counts.accepted, most) == (7, 3)


async def test_progress_counts_up_to_the_total(tmp_path):
    told: list = []
    await run_all(tmp_path, Script(wrong={1}), progress=lambda *said: told.append(said))
    assert told[0] == (0, 12, "0 accepted") and told[-1] == (12, 12, "11 accepted")
    assert [done for done, _, _ in told] == list(range(13))


@pytest.mark.parametrize("kind", ["llm", "extractive"])
@pytest.mark.parametrize("node", list(STEPS_TO_ANSWER))
async def test_cancelled_in_flight_and_run_again_nothing_is_lost_or_done_twice(
    tmp_path, kind, node
):
    script = Script(answer_after=2, hang_at=(node, 5), hits=some_hits())
    running = asyncio.create_task(run_all(tmp_path, script, kind=kind))
    await script.hanging.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    finished = {t.task_id for kept in traces(tmp_path).values() for t in kept}
    assert "task-5" not in finished
    script.hang_at = None
    counts = await run_all(tmp_path, script, kind=kind)
    assert counts.accepted == len(TASKS)
    ids = [t.task_id for t in traces(tmp_path)["accepted"]]
    assert sorted(ids) == sorted({task.id for task in TASKS})
    by_node = {name: script.calls[name, 5] for name in STEPS_TO_ANSWER}
    assert by_node == {**STEPS_TO_ANSWER, node: STEPS_TO_ANSWER[node] + 1}
    once = {name: script.calls[name, 1] for name in STEPS_TO_ANSWER}
    assert once == STEPS_TO_ANSWER


async def test_a_paid_step_is_on_the_disk_before_the_next_is_taken(tmp_path):
    class Looks:
        async def rewrite(self, prompt, sub_question, turns):
            rows = sqlite3.connect(tmp_path / TRACES / "checkpoints.sqlite")
            steps = rows.execute("SELECT count(*) FROM checkpoints").fetchone()[0]
            rows.close()
            seen.append(steps)
            return ("q",)

    seen: list[int] = []
    team = a_team(Script())._replace(rewriter=Looks())
    await synthesise(
        RunFolder(tmp_path),
        TASKS[:1],
        SynthesisDeps(a_solver(Script(), team)),
        SynthConfig(team="llm"),
        top_k=2,
        inputs={},
    )
    assert seen[0] >= 2


async def test_a_task_that_ended_before_its_line_was_written_is_not_solved_again(tmp_path):
    script = Script()
    whole = Ledger.append

    def full(self, record):
        raise StoreError("no space left")

    Ledger.append = full
    try:
        with pytest.raises(StoreError, match="no space left"):
            await run_all(tmp_path, script, tasks=TASKS[:1])
    finally:
        Ledger.append = whole
    assert (await run_all(tmp_path, script, tasks=TASKS[:1])).accepted == 1
    assert set(script.calls.values()) == {1}


async def test_an_unusable_model_stops_the_run_with_its_one_line(tmp_path):
    class Refused:
        prompt_version = "v1@abc"

        async def plan(self, prompt):
            raise ModelError("the endpoint refused the API key")

    broken = a_team(Script())._replace(planner=Refused())
    with pytest.raises(ModelError, match="refused the API key"):
        await run_all(tmp_path, Script(), team=broken)
    assert not RunFolder(tmp_path).stage(TRACES).done
    assert (await run_all(tmp_path, Script())).accepted == len(TASKS)


async def test_finished_threads_are_pruned_and_the_file_goes_in_the_end(tmp_path):
    script = Script(hang_at=("judge", 12))
    running = asyncio.create_task(run_all(tmp_path, script, concurrency=1))
    await script.hanging.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with open_checkpoints(tmp_path / TRACES) as saver:
        assert await pending_threads(saver) == {"task-12#0"}
    script.hang_at = None
    await run_all(tmp_path, script, concurrency=1)
    names = {path.name for path in (tmp_path / TRACES).iterdir()}
    assert names == {"accepted.jsonl", "rejected.jsonl", "manifest.json"}


async def test_a_spoilt_checkpoint_file_is_one_line(tmp_path):
    stage = tmp_path / TRACES
    stage.mkdir(parents=True)
    (stage / "checkpoints.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"cannot use .*checkpoints.sqlite.*delete it"):
        async with open_checkpoints(stage):
            pass


async def test_reasons_are_counted_without_what_they_quote(tmp_path):
    class Quotes:
        async def judge(self, task, answer):
            verdict = await GoldJudge(Script(wrong=set())).judge(task, "wrong")
            return verdict.model_copy(update={"reason": f"blank 1: 'x' is not {task.id!r}"})

    deps = SynthesisDeps(a_solver(Script()), Quotes())
    counts = await synthesise(RunFolder(tmp_path), TASKS, deps, SynthConfig(), top_k=1, inputs={})
    assert counts.reasons == {"blank 1: … is not …": len(TASKS)}
    kept = [json.loads(line) for line in (tmp_path / TRACES / "rejected.jsonl").open()]
    assert Counter(line["reason"] for line in kept)["blank 1: 'x' is not 'task-1'"] == 1
