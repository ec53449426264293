"""`masksearch synth`: trajectories of a team or an agent that solves the training tasks."""

from __future__ import annotations

import typer

from cli.options import READING, WORKING, LimitOption, with_options
from cli.synthesis import run_synth, trace_lines
from cli.traces import no_traces
from cli.work import Options, Report, existing_run, open_work, perform_one, tell
from masksearch.run_folder import command_of
from masksearch.stages import TRACES

app = typer.Typer(
    no_args_is_help=True, help="Trajectories of a team, or of a model, that solves the tasks."
)


@app.command("run")
@with_options(*WORKING)
def run_tasks(
    options: Options,
    limit: LimitOption = None,
) -> None:
    """Let a team or a model solve training tasks, and keep what the judge finds right.

    `synth.team` of the recipe names who solves, `synth.model` the model, `synth.attempts` how
    often it tries each task.
    """
    perform_one(open_work(options, {"synth": {"limit": limit}}, makes=(TRACES,)), run_synth)


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
