"""`masksearch traces`: a run's trajectories, readable."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from cli.options import READING, with_options
from cli.show import trajectory_text
from cli.work import Options, Report, existing_run, existing_work, tell
from masksearch.errors import InputError, StoreError
from masksearch.making import Making
from masksearch.run_folder import RunFolder, command_of
from masksearch.schemas import Task, Trajectory
from masksearch.sources import RAMP, sources_of, task_files
from masksearch.stages import ACCEPTED, HELDOUT, REJECTED, TRACES

app = typer.Typer(no_args_is_help=True, help="A run's trajectories, readable.")


@app.command("view")
@with_options(*READING)
def view(
    options: Options,
    which: Annotated[
        str, typer.Argument(help="A task's id, or a number from 1 on.", metavar="[ID|N]")
    ] = "1",
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Number the traces that were not kept.")
    ] = False,
) -> None:
    """Show one trajectory: thoughts, queries, hits, the answer and the verdict."""
    opened = existing_run(options.run)
    trace = find_trace(opened, which, rejected=rejected)
    task = find_task(opened, trace.task_id)
    text = trajectory_text(trace, task)
    tell(Report(trace.model_dump(mode="json"), [text]), as_json=options.as_json)


@app.command("export")
@with_options("run", "if_exists", "as_json")
def export(
    options: Options,
    to: Annotated[Path, typer.Argument(help="A new file.")],
    form: Annotated[
        str, typer.Option("--format", help="`messages`: chat messages as JSON, one a line.")
    ] = "messages",
) -> None:
    """Write the kept traces into a file for other training programs; `export` comes first."""
    from masksearch.exports.write import write_traces

    work = existing_work(options)
    with work.meter("traces export") as progress:
        written = write_traces(work.run, to, form, Making(options.if_exists, progress))
    tell(Report(written, [f"{written['traces']:,} traces in {to}"]), as_json=options.as_json)


def find_trace(run: RunFolder, which: str, *, rejected: bool = False) -> Trajectory:
    """A trace by the id of its task or by its number; raises InputError when there is none."""
    from masksearch.store import read_records

    stage = run.stage(TRACES)
    kept, others = stage.folder / ACCEPTED, stage.folder / REJECTED
    if not kept.is_file():
        raise no_traces(run)
    files = [others if rejected else kept] if which.isdecimal() else [kept, others]
    count = 0
    for path in files:
        for count, trace in enumerate(read_records(path, Trajectory), 1):
            if which in (str(count), trace.task_id):
                return trace
    numbers = f"; {files[0]} holds {count}" if which.isdecimal() else ""
    raise InputError(f"no trace {which} in {stage.folder}{numbers}")


def find_task(run: RunFolder, task_id: str) -> Task | None:
    """A training or held-out task, or a question that was solved, by its id."""
    stage = run.stage(TRACES)
    sources = sources_of(stage) if stage.begun else [RAMP]
    solved = (task for one in task_files(run, sources).values() for task in one.tasks())
    heldout = run.tasks(HELDOUT) if RAMP in sources else iter(())
    return next((task for task in chain(solved, heldout) if task.id == task_id), None)


def no_traces(run: RunFolder) -> StoreError:
    """What is wrong with a run that has no traces, and the command that makes them."""
    stage = run.stage(TRACES)
    command = command_of(TRACES, stage, run.path)
    return StoreError(f"{stage.folder} holds no traces: run `{command}` first")
