"""The page itself: templates filled with a run, and the file in the run's folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from masksearch import __version__
from masksearch.evaluation.table import HEADINGS, Metric, Summary
from masksearch.report.cases import Case, case, groups, picked
from masksearch.report.charts import interval_bar, share_bar
from masksearch.report.credit import credits_of
from masksearch.report.heading import heading
from masksearch.report.learning import learning
from masksearch.report.results import Results, results
from masksearch.report.stages import State, flow
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.stages import DOCUMENTS, TASKS
from masksearch.store import read_records, write_atomically
from masksearch.text import encodable, printable

REPORT = "report.html"
_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_TEXT = 20_000
_RATES = tuple(metric for metric in HEADINGS if metric is not Metric.SEARCHES)

Caption = Callable[[Sequence[Summary]], list[str]]


def write_report(run: RunFolder, learners: Sequence[str], caption: Caption) -> Path:
    """Write `report.html` into a run's folder, whole or not at all; returns where it is.

    `learners` names the rows of the model in the order of its learning, `caption` says what
    a reader of the table must know. Nothing is locked: a run that goes on may be reported.
    Raises StoreError where the folder is no run's, InputError and SchemaError for files that
    cannot be read.
    """
    path = run.path / REPORT
    write_atomically(path, render(run, learners, caption))
    return path


def render(run: RunFolder, learners: Sequence[str], caption: Caption) -> str:
    """The page as text; the same run gives the same page."""
    head = heading(run)
    found = results(run, learners)
    cases = _cases(run, found, learners)
    filled = (
        environment()
        .get_template("page.html")
        .render(
            head=head,
            stages=flow(run),
            results=found,
            notes=[line.strip() for line in caption(found.summaries)] if found.summaries else [],
            figures=learning(run),
            cases=cases,
            credits=credits_of(cases, run.stage(DOCUMENTS).folder),
            learners=learners,
        )
    )
    return encodable(filled)


def _cases(run: RunFolder, found: Results, learners: Sequence[str]) -> list[Case]:
    """The picked tasks that the run's held-out tasks still hold."""
    chosen = picked(groups(found.episodes, learners))
    path = run.stage(TASKS).folder / "heldout.jsonl"
    if not chosen or not path.is_file():
        return []
    wanted = {group[0].task_id for group in chosen}
    tasks = {task.id: task for task in read_records(path, Task) if task.id in wanted}
    return [case(g, tasks[g[0].task_id]) for g in chosen if g[0].task_id in tasks]


def environment() -> Environment:
    """Jinja with the project's style, texts escaped and without control characters."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    made.filters["address"] = _address
    made.globals.update(
        style=Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),
        version=__version__,
        headings=HEADINGS,
        rates=_RATES,
        State=State,
        interval_bar=interval_bar,
        share_bar=share_bar,
    )
    return made


def _visible(value: Any) -> Any:
    """Texts without control characters, and not endless; they are escaped after this."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    shown = printable(value)
    return shown if len(shown) <= _LONGEST_TEXT else f"{shown[:_LONGEST_TEXT]} …"


def _address(url: str) -> str:
    """A link's target: web addresses only, since a corpus may hold any."""
    return url if url.startswith(("https://", "http://")) else ""
