"""What a reader of an evaluation's table must know."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks import benchmark_named
from masksearch.evaluation.benchmarks.questions import QuestionSet
from masksearch.evaluation.rows import row_named
from masksearch.evaluation.table import Summary
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard

_GUARDS = {
    Guard.NONE: "Guard none: the page that a task was made from stays searchable.",
    Guard.PARAGRAPH: "Guard paragraph: the task's own paragraph is withheld from its searches.",
    Guard.COPIES: "Guard copies: every near copy of the task's paragraph is withheld.",
    Guard.PAGE: "Guard page: the task's whole page is withheld from its searches.",
}
_OF_QUESTIONS = (
    "Guard none, and no other: questions were made from no passage that could be withheld."
)
_EVIDENCE = "Evidence hit: the answer stood in what the row's own queries found."


def caption(summaries: Sequence[Summary]) -> list[str]:
    """The benchmarks, the guards and the rows of a table, in a line each."""
    guards = {summary.guard for summary in summaries}
    benchmarks = dict.fromkeys(summary.benchmark for summary in summaries)
    return [
        *(benchmark_named(name).explanation for name in benchmarks),
        *_guard_lines([benchmark_named(name) for name in benchmarks], guards),
        _EVIDENCE,
        *_explained(summaries),
    ]


def _guard_lines(benchmarks: Sequence[Benchmark], guards: Collection[Guard]) -> list[str]:
    if benchmarks and all(isinstance(one, QuestionSet) for one in benchmarks):
        return [_OF_QUESTIONS]
    return [line for guard, line in _GUARDS.items() if guard in guards]


def origin_lines(benchmark: Benchmark, run: RunFolder) -> list[str]:
    """What a benchmark's tasks are, so that its figures can be told from those of others."""
    if not (known := benchmark.origin(run)):
        return []
    told = ", ".join(f"{name} {value}" for name, value in known.items() if value)
    return [f"Of {benchmark.name}: {told}."]


def _explained(summaries: Sequence[Summary]) -> list[str]:
    names = dict.fromkeys(summary.row for summary in summaries)
    told = [(name, row_named(name).explanation) for name in names]
    return [f"  {name}: {explanation}" for name, explanation in told if explanation]
