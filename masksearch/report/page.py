"""The page itself: templates filled with a run, and the file in the run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from masksearch import __version__
from masksearch.evaluation.metrics import METRICS
from masksearch.evaluation.rows import learners
from masksearch.report.cases import Case, case, groups, picked
from masksearch.report.charts import interval_bar, share_bar
from masksearch.report.credit import credits_of
from masksearch.report.heading import heading
from masksearch.report.learning import learning_curves
from masksearch.report.paper import HEADINGS, SOURCE
from masksearch.report.questions import may_be_shown
from masksearch.report.results import Results, results
from masksearch.report.stages import State, flow
from masksearch.run_folder import RunFolder
from masksearch.stages import DOCUMENTS
from masksearch.store import write_atomically
from masksearch.text import encodable, printable

REPORT = "report.html"
_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_TEXT = 20_000
_RATES = tuple(metric.name for metric in METRICS if metric.is_rate)


def write_report(run: RunFolder) -> Path:
    """Write `report.html` into a run's folder, whole or not at all; returns where it is.

    Nothing is locked: a run at work may be reported.
    Raises StoreError where the folder is no run's, InputError and SchemaError for files that
    cannot be read.
    """
    path = run.path / REPORT
    write_atomically(path, render(run))
    return path


def render(run: RunFolder) -> str:
    """The page as text; the same run gives the same page."""
    head = heading(run)
    found = results(run)
    cases = _cases(found)
    filled = (
        environment()
        .get_template("page.html")
        .render(
            head=head,
            stages=flow(run),
            results=found,
            figures=learning_curves(run),
            cases=cases,
            credits=credits_of(cases, run.stage(DOCUMENTS).folder),
            learners=learners(),
        )
    )
    return encodable(filled)


def _cases(found: Results) -> list[Case]:
    """The picked tasks, each with every try of the run's own model."""
    shown = [
        group
        for group in groups(found.episodes, learners())
        if may_be_shown(found.tasks[group[0].episode.task_id])
    ]
    chosen = picked(shown)
    return [case(group, found.tasks[group[0].episode.task_id]) for group in chosen]


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
        paper_source=SOURCE,
        paper_headings=HEADINGS,
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
