"""What the server counts, in Prometheus' text format."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counters of one server; used from its event loop alone."""

    def __init__(self) -> None:
        self._began = time.time()
        self._requests: Counter[int] = Counter()
        self._queries = 0
        self._unanswered = 0
        self._buckets = [0] * (len(_BOUNDS) + 1)
        self._seconds = 0.0

    def answered(self, queries: int, unanswered: int, seconds: float) -> None:
        """Count a request that was answered in `seconds`."""
        self._requests[200] += 1
        self._queries += queries
        self._unanswered += unanswered
        self._buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds += seconds

    def refused(self, status: int) -> None:
        """Count a request that was not answered."""
        self._requests[status] += 1

    def text(self, passages: int) -> str:
        """All of them, with the number of passages served."""
        lines = [
            *_metric("passages", "gauge", "Passages in the index.", {"": passages}),
            *_metric("start_time_seconds", "gauge", "Start, in Unix time.", {"": self._began}),
            *_metric(
                "requests_total",
                "counter",
                "Requests to /retrieve by status.",
                {f'{{status="{status}"}}': n for status, n in sorted(self._requests.items())},
            ),
            *_metric("queries_total", "counter", "Queries asked.", {"": self._queries}),
            *_metric(
                "queries_unanswered_total",
                "counter",
                "Queries that could not be answered.",
                {"": self._unanswered},
            ),
            *self._latency(),
        ]
        return "\n".join(lines) + "\n"

    def _latency(self) -> list[str]:
        values: dict[str, float] = {}
        count = 0
        for bound, n in zip((*map(str, _BOUNDS), "+Inf"), self._buckets, strict=True):
            count += n
            values[f'_bucket{{le="{bound}"}}'] = count
        values |= {"_sum": round(self._seconds, 6), "_count": count}
        return _metric("request_seconds", "histogram", "Time to answer a request.", values)


def _metric(name: str, kind: str, told: str, values: dict[str, float]) -> list[str]:
    full = f"masksearch_{name}"
    head = [f"# HELP {full} {told}", f"# TYPE {full} {kind}"]
    return [*head, *(f"{full}{suffix} {value}" for suffix, value in values.items())]
