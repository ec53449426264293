"""`masksearch demo`: every stage in a row, each explained and with an example."""

from __future__ import annotations

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
    run_dapo,
    run_export,
    run_index,
    run_sft,
    run_synth,
)
from cli.work import Options, Report, Work, open_work, tell
from masksearch.stages import STAGES
from masksearch.text import printable

DEMO_RUN, DEMO_RECIPE = Path("runs/demo"), "demo"
FETCH = "assets get"


class Told(NamedTuple):
    """What a newcomer is told before a stage, and the command that does the same."""

    title: str
    what: str
    command: str


_TOLD = (
    Told(
        "The dump and the model",
        "A piece of a real Wikipedia dump and a small language model are fetched, once.",
        FETCH,
    ),
    Told(
        "The corpus",
        "Every page of the dump becomes plain text, and every paragraph of it a passage.",
        "corpus build",
    ),
    Told(
        "The search engine",
        "The passages are indexed, so that words find them.",
        "index build",
    ),
    Told(
        "The tasks",
        "Names, dates and numbers in passages are masked; to fill them in, one must search.",
        "ramp build",
    ),
    Told(
        "The solved tasks",
        "A team of simple rules solves tasks by searching; a judge keeps what is right.",
        "synth run",
    ),
    Told(
        "The lessons",
        "What was kept is written as conversations: think, search, read, answer.",
        "export",
    ),
    Told(
        "The training",
        "The model learns its own part of the conversations, not what a search brought back.",
        "train sft",
    ),
    Told(
        "The rewards",
        "The model tries each task several times; what brought more reward becomes likelier.",
        "train dapo",
    ),
    Told(
        "The evaluation",
        "The model, before and after, solves tasks from pages that it was never trained on.",
        "eval run",
    ),
    Told(
        "The report",
        "All of this on one page: what was made and lost, learnt, and solved before and after.",
        "report",
    ),
)


class Step(NamedTuple):
    """A stage of the demo, with the example that is shown of what it made."""

    told: Told
    stage: Callable[[Work], Report]
    example: Callable[[Work], list[str]]


@with_options(*WORKING, run=DEMO_RUN)
def demo(options: Options, pip_arg: PipOption = None) -> None:
    """From a Wikipedia dump to a trained search agent, with no key and no GPU."""
    work = open_work(options, default=DEMO_RECIPE, makes=STAGES)
    steps = _steps(tuple(pip_arg or ()))
    began = time.monotonic()
    with work.writing():
        for number, step in enumerate(steps, 1):
            report = _play(work, step, f"{number}/{len(steps)}")
    if options.as_json:
        tell(report, as_json=True)
    _say(work, _farewell(options.run, time.monotonic() - began))


def _play(work: Work, step: Step, place: str) -> Report:
    place_of_run = f" --run {work.run.path}" if step.told.command != FETCH else ""
    command = f"masksearch {step.told.command}{place_of_run}"
    _say(work, [f"\n[{place}] {step.told.title}", f"  {step.told.what}", f"  $ {command}\n"])
    began = time.monotonic()
    report = work.perform(step.stage)
    _say(work, [*report.lines, *step.example(work)])
    _say(work, [f"({_duration(time.monotonic() - began)})"])
    return report


def _steps(pip_args: tuple[str, ...]) -> list[Step]:
    from cli.evaluating import run_eval
    from cli.examples import before_and_after, solved_task, some_task
    from cli.report import run_report

    def run_fetch(work: Work) -> Report:
        return run_assets(work, pip_args)

    played = [
        (run_fetch, _nothing),
        (run_corpus, _nothing),
        (run_index, _nothing),
        (run_ramp, some_task),
        (run_synth, solved_task),
        (run_export, _nothing),
        (run_sft, _nothing),
        (run_dapo, _nothing),
        (run_eval, before_and_after),
        (run_report, _nothing),
    ]
    return [Step(told, *parts) for told, parts in zip(_TOLD, played, strict=True)]


def _nothing(work: Work) -> list[str]:
    """A stage whose lines say enough."""
    return []


def _farewell(run: Path, seconds: float) -> list[str]:
    return [
        f"\nDone in {_duration(seconds)}; everything is in {run}. Go on by hand:",
        f"  masksearch ask 'A text with a [mask] in it.' --run {run}   talk to the agent",
        f"  masksearch eval run --guards paragraph --run {run}   with the source withheld",
        f"  masksearch eval failures sft --run {run}             where the model still fails",
        f"  masksearch traces view 2 --run {run}                 what it was taught",
        f"  masksearch search 'your words' --run {run}           the search engine itself",
        "  masksearch corpus build YOUR.xml.bz2 --run runs/mine  the same from your own text",
    ]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _say(work: Work, lines: list[str]) -> None:
    """Tell a person; with --json on stderr, so that stdout holds the result alone."""
    for line in lines:
        typer.echo(printable(line), err=work.as_json)
