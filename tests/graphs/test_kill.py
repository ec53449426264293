"""Synthesis killed with SIGKILL in mid-task by its own process, and run again."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from masksearch.schemas import Trajectory
from masksearch.stages import TRACES
from masksearch.store import read_records

PROGRAM = """
import asyncio, os, signal, sys
from scripted_team import GoldJudge, Script, a_solver, a_task, some_hits
from graphs.batch import synthesise
from graphs.config import SynthConfig
from graphs.synthesis import SynthesisDeps
from pathlib import Path
from masksearch.run_folder import RunFolder

folder, kind, kill_at = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

class Tells(Script):
    async def called(self, node, number):
        with (folder / "calls").open("a") as file:
            file.write(f"{node} {number}\\n")
        if f"{node} {number}" == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

script = Tells(hits=some_hits())
deps = SynthesisDeps(a_solver(script), GoldJudge(script))
asyncio.run(synthesise(
    RunFolder(folder), [a_task(n) for n in range(1, 9)], deps,
    SynthConfig(team=kind, concurrency=1), top_k=2, inputs={},
))
"""


def run(folder: Path, kind: str, kill_at: str = "") -> int:
    paths = [str(Path(__file__).parents[1] / "support"), str(Path(__file__).parents[2])]
    start = f"import sys; sys.path[:0] = {paths!r}\n{PROGRAM}"
    command = [sys.executable, "-c", start, str(folder), kind, kill_at]
    return subprocess.run(command, timeout=60, check=False).returncode


@pytest.mark.parametrize(("kind", "plans"), [("llm", 1), ("extractive", 2)])
def test_a_killed_run_goes_on_and_no_finished_item_is_done_again(tmp_path, kind, plans):
    assert run(tmp_path, kind, "observer 5") == -signal.SIGKILL
    assert run(tmp_path, kind) == 0
    kept = read_records(tmp_path / TRACES / "accepted.jsonl", Trajectory)
    assert [trace.task_id for trace in kept] == [f"task-{n}" for n in range(1, 9)]
    calls = Counter((tmp_path / "calls").read_text().splitlines())
    assert calls.pop("observer 5") == 2
    # A team that is paid goes on where it stood; one that is not starts its task again.
    assert {calls.pop(f"{node} 5") for node in ("planner", "rewriter", "search")} == {plans}
    assert set(calls.values()) == {1}
