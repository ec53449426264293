"""The part of a benchmark that can be answered, beside its tables and as a line of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from masksearch.evaluation.answerable import answerable_ids, measured, share_lines
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks.questions import QuestionSet
from masksearch.evaluation.table import ScoredEpisode, Summary, summarise
from masksearch.run_folder import RunFolder

PART = "answerable"
"""The line of a table that is about these questions alone."""


def answerable_lines(run: RunFolder, benchmark: Benchmark) -> list[str]:
    """What can be answered of a benchmark's questions, to stand beside its table."""
    if not isinstance(benchmark, QuestionSet):
        return []
    split = benchmark.split(run)
    lines = [line for stage in measured(run, benchmark.set) for line in share_lines(stage.counts)]
    return [f"Answerable: {line}" for line in lines if line.startswith(f"{split},")]


def answerable_of(run: RunFolder, benchmark: Benchmark) -> frozenset[str] | None:
    """The tasks whose evidence can be reached; None where that was not measured."""
    return answerable_ids(run, benchmark.set) if isinstance(benchmark, QuestionSet) else None


def with_answerable(
    run: RunFolder, benchmark: Benchmark, episodes: Iterable[ScoredEpisode]
) -> list[Summary]:
    """The summaries of episodes, below each row's that of its answerable part."""
    every = list(episodes)
    whole = summarise(every)
    if (ids := answerable_of(run, benchmark)) is None:
        return whole
    part = summarise(one for one in every if one.episode.task_id in ids)
    return list(_interleaved(whole, [one for one in part if one.stratum is None]))


def _interleaved(whole: Iterable[Summary], part: Iterable[Summary]) -> Iterator[Summary]:
    of_row = {_of(one): one.changed(stratum=PART) for one in part}
    for one in whole:
        yield one
        if one.stratum is None and (below := of_row.get(_of(one))):
            yield below


def _of(summary: Summary) -> tuple[str, ...]:
    return summary.benchmark, summary.row, summary.guard
