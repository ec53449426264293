"""`masksearch metrics`: what the figures of an evaluation are."""

from __future__ import annotations

import inspect
import textwrap
from typing import Annotated

import typer

from cli.options import JsonOption
from cli.work import Report, tell
from masksearch.evaluation.metric import Metric

app = typer.Typer(no_args_is_help=True, help="What the figures of an evaluation are.")
_WIDTH = 80


@app.command("list")
def list_metrics(as_json: JsonOption = False) -> None:
    """List the metrics, by the names that `explain` takes."""
    from masksearch.evaluation.metrics import METRICS

    figures = {"metrics": [_figures(metric) for metric in METRICS]}
    width = max(len(metric.name) for metric in METRICS)
    lines = [f"{metric.name:<{width}}  {metric.heading}" for metric in METRICS]
    tell(Report(figures, lines), as_json=as_json)


@app.command("explain")
def explain(
    name: Annotated[str, typer.Argument(help="Its name, or its heading in a table.")],
    as_json: JsonOption = False,
) -> None:
    """Say a metric's formula, its source, and what its interval is."""
    from masksearch.evaluation.metrics import metric_named

    metric = metric_named(name)
    said = inspect.getdoc(type(metric)) or ""
    paragraphs = [" ".join(part.split()) for part in said.split("\n\n")]
    wrapped = [line for part in paragraphs for line in ("", *textwrap.wrap(part, _WIDTH))]
    lines = [f"{metric.name} ({metric.heading})", *wrapped, "", *textwrap.wrap(_interval(metric))]
    tell(Report(_figures(metric), lines), as_json=as_json)


def _figures(metric: Metric) -> dict[str, str | bool]:
    return {
        "name": metric.name,
        "heading": metric.heading,
        "explanation": inspect.getdoc(type(metric)) or "",
        "interval": _interval(metric),
        "is_cost": metric.is_cost,
    }


def _interval(metric: Metric) -> str:
    boot = "the bootstrap's over tasks, 10,000 resamples"
    if not metric.is_rate:
        return f"95 % interval: {boot}."
    return f"95 % interval: Wilson's where every task has 0 or 1, else {boot}."
