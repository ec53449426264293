"""`masksearch demo`: every stage in a row, each explained and with an example."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import typer

from cli.assets import PipOption
from cli.masking import run_ramp
from cli.options import WORKING, with_options
from cli.stages import (
    run_assets,
    run_corpus,
    run_export,
    run_index,
)
from cli.synthesis import run_synth
from cli.training import run_dapo, run_sft
from cli.work import Interrupted, Options, Report, Work, open_work, tell
from masksearch.progress import duration
from masksearch.stages import (
    DAPO,
    DOCUMENTS,
    EVAL,
    EXPORT,
    INDEX,
    PASSAGES,
    SFT,
    STAGES,
    TASKS,
    TRACES,
    StageKind,
)
from masksearch.text import printable

_AFTER_AN_END = (
    "\n                    and then the demo's command again, for the stages that are left"
)
DEMO_RUN, DEMO_RECIPE = Path("runs/demo"), "demo"
FETCH = "assets get"


class Step(NamedTuple):
    """A stage of the demo: what a newcomer reads before it, the command that does the same.

    `example` is shown of what it made.
    """

    title: str
    purpose: str
    command: str
    stage: Callable[[Work], Report]
    example: Callable[[Work], list[str]]


@with_options(*WORKING, run=DEMO_RUN)
def demo(options: Options, pip_arg: PipOption = None) -> None:
    """From a Wikipedia dump to a trained search agent, with no key and no GPU."""
    work = open_work(options, default=DEMO_RECIPE, makes=STAGES)
    steps = _steps(tuple(pip_arg or ()))
    began = time.monotonic()
    _say(work, _opening(options, len(steps)))
    with work.writing():
        for number, step in enumerate(steps, 1):
            report = _play(work, step, f"{number}/{len(steps)}")
    if options.as_json:
        tell(report, as_json=True)
    _say(work, _farewell(work, time.monotonic() - began))


def _play(work: Work, step: Step, place: str) -> Report:
    place_of_run = f" --run {work.run.path}" if step.command != FETCH else ""
    command = f"masksearch {step.command}{place_of_run}"
    _say(work, [f"\n[{place}] {step.title}", f"  {step.purpose}", f"  $ {command}\n"])
    began = time.monotonic()
    try:
        report = work.perform(step.stage)
    except Interrupted as stop:
        raise Interrupted(f"{stop}{_AFTER_AN_END}{_activation()}") from stop
    _say(work, [*report.lines, *step.example(work)])
    _say(work, [f"({duration(time.monotonic() - began)})"])
    return report


def _steps(pip_args: tuple[str, ...]) -> list[Step]:
    from cli import evaluating
    from cli.examples import before_and_after, solved_task, some_task
    from cli.report import run_report

    def run_fetch(work: Work) -> Report:
        return run_assets(work, pip_args)

    def run_eval(work: Work) -> Report:
        report = evaluating.run_eval(work)  # whose table is wider than many a terminal
        return report._replace(
            lines=["every row has solved its tasks: the table stands at the end"]
        )

    fetched = "A piece of a real Wikipedia dump and a small language model are fetched, once."
    page = "All of this on one page: what was made and lost, learnt, and solved before and after."
    return [
        Step("The dump and the model", fetched, FETCH, run_fetch, _nothing),
        _step((DOCUMENTS, PASSAGES), run_corpus),
        _step((INDEX,), run_index),
        _step((TASKS,), run_ramp, some_task),
        _step((TRACES,), run_synth, solved_task),
        _step((EXPORT,), run_export),
        _step((SFT,), run_sft),
        _step((DAPO,), run_dapo),
        _step((EVAL,), run_eval, before_and_after),
        Step("Report", page, "report", run_report, _nothing),
    ]


def _nothing(work: Work) -> list[str]:
    """A stage whose lines say enough."""
    return []


def _step(
    made: tuple[StageKind, ...],
    stage: Callable[[Work], Report],
    example: Callable[[Work], list[str]] = _nothing,
) -> Step:
    """A step by what the stages that it makes are called."""
    title = " and ".join(kind.title for kind in made).capitalize()
    purpose = " ".join(kind.purpose for kind in made)
    return Step(title, purpose, made[-1].command, stage, example)


def _opening(options: Options, stages: int) -> list[str]:
    usual = options.recipe is None and not options.assignments
    takes = ["It takes a little over half an hour on two idle cores."] if usual else []
    return [
        f"From a Wikipedia dump to a trained search agent, in {stages} stages.",
        *takes,
        "How much is learnt is fixed: a slow or busy machine takes longer, and gets the",
        "same figures. A long stage says how long it will take.",
        "Ctrl-C stops it at any time; the same command goes on where it was.",
    ]


def _farewell(work: Work, seconds: float) -> list[str]:
    from cli.evaluating import brief_lines

    run = work.run.path
    return [
        "\nWhat was learnt",
        *brief_lines(work.run),
        f"\nDone in {duration(seconds)}; everything is in {run}. Try next:",
        f'  masksearch ask "The capital of Alberta is [mask]." --run {run}',
        "      the trained agent at work",
        f"  masksearch eval failures dapo --run {run}",
        "      where it still fails",
        f"  masksearch eval table --run {run}",
        f"      every figure; {run}/report.html shows them, too{_activation()}",
    ]


def _activation() -> str:
    """How a shell comes to find `masksearch`, where it does not."""
    if shutil.which("masksearch"):
        return ""
    return f"\nSo that your shell finds masksearch: source {Path(sys.prefix) / 'bin' / 'activate'}"


def _say(work: Work, lines: list[str]) -> None:
    """Tell a person; with --json on stderr, so that stdout holds the result alone."""
    for line in lines:
        typer.echo(printable(line), err=work.as_json)
