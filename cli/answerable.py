"""Which questions can be answered, measured with a run's search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masksearch.evaluation.answerable import Asking, measure_answerable
from masksearch.evaluation.benchmarks.questions import QuestionSet
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.search.engines import INDEX_KINDS

if TYPE_CHECKING:
    from cli.work import Work
    from masksearch.counts import AnswerableCounts
    from masksearch.evaluation.benchmark import Benchmark


def measure_split(
    work: Work, name: str, split: str, top_k: int, if_exists: IfExists = IfExists.RESUME
) -> AnswerableCounts:
    """Measure a set's split with the search of a recipe, once."""
    factory, config = work.searches(), work.recipe.search
    asking = Asking(
        search=factory.open_whole(config),
        name=config.backend,
        top_k=top_k,
        inputs=factory.inputs(config),
        is_own=config.backend in INDEX_KINDS,
    )
    with work.meter(f"answerable {name}") as progress:
        making = Making(if_exists, progress, work.processes)
        return measure_answerable(work.run, name, split, asking, making)


def measure_before(work: Work, benchmark: Benchmark) -> None:
    """The same before a benchmark is evaluated, where that costs no call to anybody."""
    if isinstance(benchmark, QuestionSet) and work.recipe.search.backend in INDEX_KINDS:
        split = benchmark.split(work.run)
        measure_split(work, benchmark.set, split, work.recipe.search.top_k)
