"""The benchmarks: each one a file here and a line below; the first is evaluated unless named.

Every other name is that of an imported set of questions.
"""

from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks.questions import QuestionSet
from masksearch.registry import instances

BENCHMARKS = instances(
    Benchmark,  # type: ignore[type-abstract]
    "masksearch.evaluation.benchmarks.ramp.RampHeldout",
)
DEFAULT_BENCHMARK = BENCHMARKS[0].name


def benchmark_named(name: str) -> Benchmark:
    """The benchmark of that name; raises ConfigError for what can be no set's name either."""
    for benchmark in BENCHMARKS:
        if benchmark.name == name:
            return benchmark
    return QuestionSet(name)
