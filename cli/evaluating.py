"""An evaluation at work, and its results as reports."""

from __future__ import annotations

from collections.abc import Sequence

from cli.agents import Agents
from cli.answerable import measure_before
from cli.progress import Meter
from cli.show import BRIEF, brief_table, said, table_text, trajectory_text
from cli.stages import reason_lines
from cli.work import Report, Work, heed_mismatches
from masksearch.evaluation.answerable_part import answerable_lines, with_answerable
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.caption import caption
from masksearch.evaluation.early_ends import early_end_lines
from masksearch.evaluation.episodes import evaluated
from masksearch.evaluation.row import EvalContext, Row
from masksearch.evaluation.rows import present_name, usual_rows
from masksearch.evaluation.stage import (
    EvaluatedRows,
    Evaluation,
    compared_rows,
    read_rows,
    unknown_lines,
)
from masksearch.evaluation.table import compared_pairs, differences, failures, summarise
from masksearch.run_folder import RunFolder

_MEANING = (
    "Format: the episode is well-formed and ends in one fill for each blank.",
    "Token recall: how many of the right words stand in the fills.",
)


def run_eval(
    work: Work,
    rows: Sequence[Row] = (),
    benchmark: Benchmark | None = None,
    *,
    strict: bool = False,
) -> Report:
    """Have every row solve a benchmark's tasks under every guard; returns the table.

    A model that was trained with another retriever is warned of; raises ConfigError when
    `strict`.
    """
    chosen, benchmark = rows or usual_rows(work.run), benchmark or RampHeldout()
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
        base_model=work.recipe.model.path,
    )

    def meter(what: str) -> Meter:
        return work.meter(what, at_once=work.recipe.eval.concurrency)

    evaluation = Evaluation(context, benchmark, work.if_exists, meter)
    heed_mismatches(evaluation.mismatches(chosen), strict=strict)
    measure_before(work, benchmark)
    evaluation.run(chosen)
    if search.total:
        work.run.log(search.told())
    return table_report(work.run, benchmark, [row.name for row in chosen])


def table_report(
    run: RunFolder, benchmark: Benchmark, names: Sequence[str] | None = None
) -> Report:
    """The figures of a run's rows, and each training against what it began with."""
    rows = read_rows(run, benchmark, names)
    every = [one for row in rows.episodes.values() for one in row]
    summaries = with_answerable(run, benchmark, every)
    found = [
        difference
        for after, before in compared_pairs(rows.episodes)
        for difference in differences(rows.episodes[after], rows.episodes[before])
    ]
    figures = {
        "rows": [summary.model_dump(mode="json") for summary in summaries],
        "differences": [one.model_dump(mode="json") for one in found],
    }
    notes = [*caption(summaries), *answerable_lines(run, benchmark), *_notes(run, rows)]
    return Report(figures, [table_text(summaries), *notes, *map(said, found)])


def brief_lines(run: RunFolder) -> list[str]:
    """The same for RAMP's held-out tasks in a table of 80 columns: the figures that tell most."""
    rows = read_rows(run, RampHeldout())
    summaries = summarise(one for row in rows.episodes.values() for one in row)
    found = [
        difference
        for after, before in compared_pairs(rows.episodes)
        for difference in differences(rows.episodes[after], rows.episodes[before])
        if difference.metric in BRIEF
    ]
    notes = [*_MEANING, *caption(summaries), *_notes(run, rows)]
    return [*brief_table(summaries), "", *notes, "", *map(said, found)]


def _notes(run: RunFolder, rows: EvaluatedRows) -> list[str]:
    """What is not as a reader would take it to be."""
    shown = [one for one in evaluated(run, rows.benchmark.name) if one.row in rows.episodes]
    return [*unknown_lines(rows), *early_end_lines(run, shown)]


def compare_report(run: RunFolder, benchmark: Benchmark, left: str, right: str) -> Report:
    """The paired differences of two rows; raises InputError when they share no task."""
    found = compared_rows(run, benchmark, left, right)
    figures = {"differences": [one.model_dump(mode="json") for one in found]}
    return Report(figures, list(map(said, found)))


def failures_report(run: RunFolder, benchmark: Benchmark, name: str, limit: int) -> Report:
    """Why a row's episodes ended without an answer, and its `limit` worst ones."""
    rows = read_rows(run, benchmark, [name])
    found = failures(rows.episodes[present_name(name)], limit)
    shown = [trajectory_text(one.trajectory, rows.tasks[one.task_id]) for one in found.worst]
    lines = [*(reason_lines(found.reasons) or ["every episode ended in an answer"]), *shown]
    return Report(found.model_dump(mode="json"), ["\n\n".join([*lines, *unknown_lines(rows)])])
