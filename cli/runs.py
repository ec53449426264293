"""`masksearch runs`: the runs of a folder, and on what a run stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import JsonOption
from cli.show import table_lines
from cli.work import Report, existing_run, tell
from masksearch.errors import StoreError
from masksearch.run_folder import CONFIG

if TYPE_CHECKING:
    from masksearch.diagnosis.summaries import RunSummary, StageSummary

app = typer.Typer(no_args_is_help=True, help="The runs that there are, and what they stand on.")

_UNITS = ("B", "kB", "MB", "GB")
_FIGURES = ("passages", "tasks", "traces", "models", "rows")
_HASH = 8


@app.command("list")
def list_runs(
    folder: Annotated[
        Path, typer.Argument(help="The folder that holds the runs.", metavar="[FOLDER]")
    ] = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """List a folder's runs: how far each is, what it holds, and on which run it stands.

    A run's figures count what it reads from the run that it stands on; its size is its own.
    """
    from masksearch.diagnosis.summaries import run_summaries

    if not folder.is_dir():
        raise StoreError(f"no folder at {folder}: name the one that holds the runs")
    found = run_summaries(folder)
    figures = {"runs": [one.model_dump(mode="json") for one in found]}
    tell(Report(figures, _runs_lines(found) or [f"no runs in {folder}"]), as_json=as_json)


@app.command("show")
def show_run(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN")],
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Read every file again to see whether it has changed."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a run stage by stage: where each is read from, what it holds, what has changed."""
    from masksearch.diagnosis.summaries import stage_summaries

    opened = existing_run(run)
    if not opened.config():
        raise StoreError(f"{run} is no run: it has no {CONFIG}")
    chain = [str(one.path) for one in opened.chain]
    stages = stage_summaries(opened, thorough=verify)
    figures = {"chain": chain, "stages": [one.model_dump(mode="json") for one in stages]}
    lines = [" stands on ".join(chain), "", *_stages_lines(stages)]
    tell(Report(figures, lines), as_json=as_json)


def _runs_lines(runs: Sequence[RunSummary]) -> list[str]:
    """A table of runs; what is wrong with one stands below it."""
    if not runs:
        return []
    headings = ("run", "stands on", "as far as", *_FIGURES, "size", "state")
    rows = [
        (
            one.run,
            one.on or "–",
            one.furthest or "–",
            *(f"{one.figures[name]:,}" if name in one.figures else "–" for name in _FIGURES),
            _size(one.bytes),
            _state_of(one),
        )
        for one in runs
    ]
    faults = [f"{one.run}: {one.fault}" for one in runs if one.fault]
    changed = [f"{one.run}: changed: {each}" for one in runs for each in one.changes]
    return _with_notes(table_lines(headings, rows), [*faults, *changed])


def _state_of(run: RunSummary) -> str:
    if run.fault:
        return "faulty"
    if run.in_use_by:
        return f"in use by {run.in_use_by}"
    return "changed" if run.changes else "fine"


def _stages_lines(stages: Sequence[StageSummary]) -> list[str]:
    """A table of stages; why one is hidden, damaged, stale or ended early stands below."""
    if not stages:
        return ["nothing was made yet"]
    headings = ("stage", "read from", "state", "figures", "size", "hash")
    rows = [
        (
            one.stage,
            one.run,
            f"{one.state}, changed" if one.changes else str(one.state),
            _figures(one.figures) or "–",
            _size(one.bytes),
            one.hash[:_HASH] or "–",
        )
        for one in stages
    ]
    notes = [f"{one.stage} is {one.state}: {one.note}" for one in stages if one.note]
    notes += [f"{one.stage}: {one.ended}" for one in stages if one.ended]
    changed = [f"{one.stage}: changed: {each}" for one in stages for each in one.changes]
    return _with_notes(table_lines(headings, rows), [*notes, *changed])


def _with_notes(table: list[str], notes: list[str]) -> list[str]:
    return [*table, "", *notes] if notes else table


def _figures(figures: Mapping[str, int | float]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in figures.items())


def _size(count: float) -> str:
    for unit in _UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} {_UNITS[-1]}"
