"""`masksearch synth`: trajectories of a team or an agent that solves the training tasks."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from cli.options import READING, WORKING, LimitOption, with_options
from cli.synthesis import solve_tasks, trace_lines
from cli.traces import no_traces
from cli.work import Options, Report, Work, existing_run, open_work, perform_one, tell
from graphs.ended import Faults
from masksearch.run_folder import command_of
from masksearch.stages import TRACES

app = typer.Typer(
    no_args_is_help=True, help="Trajectories of a team, or of a model, that solves the tasks."
)

RejectUndoneOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--reject-undone", help="Count as rejected what an endpoint failed twice, and finish."
    ),
]


@app.command("run")
@with_options(*WORKING)
def run_tasks(
    options: Options,
    limit: LimitOption = None,
    reject_undone: RejectUndoneOption = False,
) -> None:
    """Let a team or a model solve training tasks, and keep what the judge finds right.

    `synth.team` of the recipe names who solves, `synth.model` the model, `synth.attempts` how
    often it tries each task. What an endpoint fails is left undone, and the same command goes on.
    """
    work = open_work(options, {"synth": {"limit": limit}}, makes=(TRACES,))
    _perform(work, Faults(reject=reject_undone))


@app.command("retry")
@with_options(*(name for name in WORKING if name != "if_exists"))
def retry(
    options: Options,
    reason: Annotated[
        list[str] | None,
        typer.Option("--reason", help="Those whose reason has these words.", metavar="TEXT"),
    ] = None,
    reject_undone: RejectUndoneOption = False,
) -> None:
    """Try again what failed by a role, and keep the rest; new traces take the old ones' place.

    With --reason, which may be repeated, attempts are chosen by it, however they ended; without,
    all that ended because a role's reply could not be read or was refused. `synth stats` shows
    the reasons.
    """
    work = open_work(options, makes=(TRACES,))
    if not work.run.own(TRACES).begun:
        raise no_traces(work.run)
    _perform(work, Faults(retry=tuple(reason or ()), reject=reject_undone))


def _perform(work: Work, faults: Faults) -> None:
    def run_synth(_: Work) -> Report:
        return solve_tasks(work, faults)

    perform_one(work, run_synth)


@app.command("stats")
@with_options(*READING)
def stats(options: Options) -> None:
    """Count the traces that there are, and the reasons of those that were not kept."""
    from graphs.trace_counts import count_traces

    run = existing_run(options.run)
    stage = run.stage(TRACES)
    if not stage.begun:
        raise no_traces(run)
    counts = stage.counts if stage.done else count_traces(stage.folder)
    lines = trace_lines(counts, stage.folder)
    if not stage.done:
        lines.append(f"not finished: `{command_of(TRACES, stage, run.path)}` resumes it")
    tell(Report.of(counts, lines, done=stage.done), as_json=options.as_json)
