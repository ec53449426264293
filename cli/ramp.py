"""`masksearch ramp`: masked tasks from a run's passages."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from cli.masking import run_clean, run_extract, run_ramp, run_score
from cli.options import BULK, READING, WORKING, LimitOption, with_options
from cli.show import statistics_lines, task_text
from cli.work import Options, Report, existing_run, existing_work, open_work, perform_one, tell
from masksearch.making import Making
from masksearch.stages import HELDOUT, QUALITY, SCORES, SPANS, TASKS, TRAIN

app = typer.Typer(no_args_is_help=True, help="Masked tasks (RAMP) from a run's passages.")
_SHOWN = 5


@app.command("build")
@with_options(*BULK)
def build(
    options: Options,
) -> None:
    """Mask spans of the passages; pages are split into training and held-out ones.

    What the recipe wants done before (clean, extract, score) is done first.
    """
    perform_one(open_work(options, makes=(TASKS, QUALITY, SPANS, SCORES)), run_ramp)


@app.command("clean")
@with_options(*BULK)
def clean(
    options: Options,
) -> None:
    """Find the passages that are not fit for tasks: duplicates, benchmarks, length, language."""
    perform_one(open_work(options, makes=(QUALITY,)), run_clean)


@app.command("extract")
@with_options(*WORKING)
def extract(
    options: Options,
) -> None:
    """Let a language model name the spans of every passage (for `llm` in `ramp.spans`)."""
    perform_one(open_work(options, makes=(SPANS,)), run_extract)


@app.command("score")
@with_options(*WORKING)
def score(
    options: Options,
) -> None:
    """Let a model say how hard every span is to guess (for `ramp.strategy: perplexity`)."""
    perform_one(open_work(options, makes=(SCORES, TASKS)), run_score)


@app.command("stats")
@with_options(*READING)
def stats(
    options: Options,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write them as a page, too.", metavar="FILE")
    ] = None,
) -> None:
    """Count the tasks by language, masks, type, source and reject, and show how hard they are."""
    from masksearch.masking.statistics import ramp_statistics
    from masksearch.report.ramp import write_ramp_page

    folder = existing_run(options.run)
    found = ramp_statistics(folder)
    lines = statistics_lines(found)
    if html:
        lines.append(f"the page is {write_ramp_page(html, folder.name, found)}")
    tell(Report(found.as_json(), lines), as_json=options.as_json)


@app.command("show")
@with_options(*READING)
def show(
    options: Options,
    answers: Annotated[bool, typer.Option("--answers", help="With the answers.")] = False,
    heldout: Annotated[bool, typer.Option("--heldout", help="Held-out tasks.")] = False,
    num_masks: Annotated[
        int | None, typer.Option("--num-masks", min=1, help="Of so many masks.", metavar="N")
    ] = None,
    limit: LimitOption = _SHOWN,
) -> None:
    """Show tasks as a person reads them."""
    from masksearch.schemas import Task
    from masksearch.store import read_records

    folder = existing_run(options.run).finished(TASKS).folder
    path = folder / (HELDOUT if heldout else TRAIN)
    wanted = (t for t in read_records(path, Task) if num_masks in (None, t.num_masks))
    tasks = list(islice(wanted, limit))
    figures = {"tasks": [task.model_dump(mode="json") for task in tasks]}
    shown = [task_text(task, answers=answers) + "\n" for task in tasks]
    tell(Report(figures, shown or [f"none such in {path}"]), as_json=options.as_json)


@app.command("export")
@with_options("run", "if_exists", "as_json")
def export(
    options: Options,
    to: Annotated[Path, typer.Argument(help="A new folder.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="`parquet` or `jsonl`: flat rows; `reference`: MaskSearch's published records.",
        ),
    ] = "parquet",
) -> None:
    """Write the tasks as a data set with its card, for `datasets.load_dataset` and others."""
    from masksearch.dataset.write import write_dataset

    work = existing_work(options)
    with work.meter("ramp export") as progress:
        written = write_dataset(work.run, to, form, Making(options.if_exists, progress))
    lines = [f"{written[split]:,} {split} tasks" for split in ("train", "heldout")]
    lines.append(f'in {to}, with a data card: datasets.load_dataset("{to}")')
    tell(Report(written, lines), as_json=options.as_json)
