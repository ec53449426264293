"""An evaluation at work, and its results as reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.agents import Agents
from cli.answerable import measure_before
from cli.pricing import row_prices
from cli.show import BRIEF, brief_table, difference_lines, said, table_text
from cli.work import Report, Work, heed_mismatches
from masksearch.evaluation.answerable_part import answerable_lines, with_answerable
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.caption import caption
from masksearch.evaluation.comparison import (
    Difference,
    adjusted,
    compared_pairs,
    differences,
)
from masksearch.evaluation.early_ends import early_end_lines
from masksearch.evaluation.episodes import evaluated
from masksearch.evaluation.evaluating import Evaluation, Meter, Plan
from masksearch.evaluation.prices import Prices
from masksearch.evaluation.row import EvalContext, Row
from masksearch.evaluation.stage import EvaluatedRows, read_rows, unfinished_lines, unknown_lines
from masksearch.evaluation.table import summarise, unavailable_lines
from masksearch.run_folder import RunFolder

if TYPE_CHECKING:
    from masksearch.search.wrappers.health import Health

_MEANING = (
    "Format: the episode is well-formed and ends in one fill for each blank.",
    "Token recall: how many of the right words stand in the fills.",
)


def run_eval(
    work: Work,
    rows: Sequence[Row] = (),
    benchmarks: Sequence[Benchmark] = (),
    *,
    strict: bool = False,
) -> Report:
    """Have every row solve the tasks of benchmarks under every guard; returns their tables.

    A model that was trained with another retriever is warned of; raises ConfigError when
    `strict`.
    """
    factory = work.searches()
    search = factory.open(work.recipe.search)
    context = EvalContext(
        run=work.run,
        search=search,
        agents=Agents(work, search),
        library=work.library,
        settings=work.recipe.eval,
        search_settings=work.recipe.search,
        search_inputs=factory.inputs(work.recipe.search),
        num_masks=work.recipe.ramp.num_masks,
        base_model=work.recipe.eval.model or work.recipe.model.path,
    )

    meter: Meter = partial(work.meter, at_once=work.recipe.eval.concurrency)
    evaluation = Evaluation(context, benchmarks or [RampHeldout()], work.if_exists, meter)
    plans = evaluation.plans(rows)
    heed_mismatches(evaluation.mismatches(plans), strict=strict)
    for benchmark in evaluation.benchmarks:
        measure_before(work, benchmark)
    try:
        evaluation.run(plans)
    finally:
        _log_costs(work, search)
    return _tables(work.run, plans)


def _log_costs(work: Work, search: Health) -> None:
    if search.total:
        work.run.log(search.told())
    if work.chats.budget.spent.calls:
        work.run.log(work.chats.budget.told())


def _tables(run: RunFolder, plans: Sequence[Plan]) -> Report:
    """The table of each benchmark, with the rows that were evaluated on it."""
    rows: dict[Benchmark, list[str]] = {}
    for plan in plans:
        rows.setdefault(plan.benchmark, []).append(plan.row.name)
    return joined(table_report(run, one, rows[one], row_prices(run, one)) for one in rows)


def joined(reports: Iterable[Report]) -> Report:
    """Reports of like figures as one: lists are put together."""
    figures: dict[str, Any] = {}
    lines: list[str] = []
    for report in reports:
        lines += report.lines
        for name, value in report.figures.items():
            had = figures.get(name)
            figures[name] = [*had, *value] if isinstance(had, list) else value
    return Report(figures, lines)


def table_report(
    run: RunFolder,
    benchmark: Benchmark,
    names: Sequence[str] | None = None,
    prices: Mapping[str, Prices] | None = None,
) -> Report:
    """The figures of a run's rows, and each training against what it began with."""
    rows = read_rows(run, benchmark, names, prices)
    every = [one for row in rows.episodes.values() for one in row]
    summaries = with_answerable(run, benchmark, every)
    found = adjusted([one for one in _learnt(rows) if one.p is not None])
    figures = {
        "rows": [summary.model_dump(mode="json") for summary in summaries],
        "differences": [one.model_dump(mode="json") for one in found],
    }
    notes = [
        *caption(summaries),
        *answerable_lines(run, benchmark),
        *unavailable_lines(summaries),
        *_notes(run, rows),
    ]
    return Report(figures, [table_text(summaries), *notes, *_told(found)])


def _learnt(rows: EvaluatedRows) -> list[Difference]:
    """What each training changed."""
    return [
        difference
        for after, before in compared_pairs(rows.episodes)
        for difference in differences(rows.episodes[after], rows.episodes[before])
    ]


def _told(found: Sequence[Difference]) -> list[str]:
    return ["", *difference_lines(found)] if found else []


def brief_lines(run: RunFolder) -> list[str]:
    """The same for RAMP's held-out tasks in a table of 80 columns: the figures that tell most."""
    rows = read_rows(run, RampHeldout())
    summaries = summarise(one for row in rows.episodes.values() for one in row)
    found = [one for one in _learnt(rows) if one.metric in BRIEF]
    notes = [*_MEANING, *caption(summaries), *_notes(run, rows)]
    return [*brief_table(summaries), "", *notes, "", *map(said, found)]


def _notes(run: RunFolder, rows: EvaluatedRows) -> list[str]:
    """What is not as a reader would take it to be."""
    shown = [one for one in evaluated(run, rows.benchmark.name) if one.row in rows.episodes]
    return [*unfinished_lines(run, rows), *unknown_lines(rows), *early_end_lines(run, shown)]
