"""An export of a few traces, made by its stage from tasks and traces written by hand."""

from __future__ import annotations

from pathlib import Path

from masksearch.config import ExportConfig, Section
from masksearch.counts import TaskCounts, TraceCounts
from masksearch.export import export_traces
from masksearch.messages import Dialect
from masksearch.run_folder import RunFolder
from masksearch.schemas import Hit, Prompt, Status, Task, TaskKind, Trajectory, Turn
from masksearch.stages import ACCEPTED, EXPORT, TASKS, TRACES, TRAIN
from masksearch.store import write_records
from prompts import PromptLibrary


def export_of(path: Path, dialect: str, count: int) -> Path:
    """The folder of an export of `count` conversations in a new run."""
    run = RunFolder(path)
    tasks, traces = run.own(TASKS), run.own(TRACES)
    tasks.begin({}, Section())
    write_records(tasks.folder / TRAIN, [_task(number) for number in range(count)])
    tasks.finish(TaskCounts(train={"1": count}))
    traces.begin({}, Section())
    write_records(traces.folder / ACCEPTED, [_trace(number) for number in range(count)])
    traces.finish(TraceCounts(accepted=count))
    export_traces(run, ExportConfig(dialect=Dialect(dialect)), PromptLibrary(None))
    return run.own(EXPORT).folder


def _task(number: int) -> Task:
    prompt = Prompt(kind=TaskKind.QUESTION, text=f"When was town {number} founded?")
    return Task(id=f"t{number}", prompt=prompt, answers=((str(1800 + number),),))


def _trace(number: int) -> Trajectory:
    """Every other one without a search, so that fields are empty in some rows only."""
    hit = Hit(id=f"p#{number}", title="Town", text=f"Founded in {1800 + number}.", score=1.0)
    search = Turn(thought="Look.", queries=("town", "founded"), hits=(hit,))
    return Trajectory(
        task_id=f"t{number}",
        status=Status.ANSWERED,
        turns=(search,) * (number % 2),
        final_thought="So.",
        answer=str(1800 + number),
    )
