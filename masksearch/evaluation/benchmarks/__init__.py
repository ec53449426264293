"""The benchmarks: each one a file here and a line below; the first is evaluated unless named."""

from masksearch.errors import ConfigError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.registry import instances

BENCHMARKS = instances(
    Benchmark,  # type: ignore[type-abstract]
    "masksearch.evaluation.benchmarks.ramp.RampHeldout",
)
DEFAULT_BENCHMARK = BENCHMARKS[0].name


def benchmark_names() -> list[str]:
    """The names of all benchmarks."""
    return [benchmark.name for benchmark in BENCHMARKS]


def benchmark_named(name: str) -> Benchmark:
    """The benchmark of that name; raises ConfigError."""
    for benchmark in BENCHMARKS:
        if benchmark.name == name:
            return benchmark
    raise ConfigError(f"no benchmark {name}: the benchmarks are {', '.join(benchmark_names())}")
