"""Gauges of a retriever, and the thresholds at which they stop a run."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from masksearch.config import HealthConfig
from masksearch.errors import QueryError, SearchError, SearchStopped
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper


class _Seen(NamedTuple):
    """One query's outcome: shares are of its hits."""

    seconds: float
    failed: bool = False
    empty: bool = False
    duplicates: float = 0.0


class Gauges(NamedTuple):
    """Rates over the last queries; latencies in seconds."""

    queries: int
    error_rate: float
    empty_rate: float
    duplicate_rate: float
    p50_seconds: float
    p99_seconds: float


class Health(Wrapper):
    """Watches the last `window` queries, and stops the run when a threshold is crossed.

    It judges once `window` queries were seen. A query that no engine could answer is not
    the retriever's fault and counts nowhere.
    """

    def __init__(self, inner: SearchBackend, config: HealthConfig) -> None:
        super().__init__(inner)
        self._config = config
        self._seen: deque[_Seen] = deque(maxlen=config.window)
        self.total = 0
        """Queries that were asked so far."""
        self._last_error = ""

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchStopped once a threshold is crossed."""
        began = time.perf_counter()
        try:
            found = await self._inner.search(queries, top_k=top_k, guard=guard)
        except QueryError:
            raise
        except SearchError as error:
            self._last_error = str(error)
            self._note([_Seen(time.perf_counter() - began, failed=True)] * len(queries))
            raise
        seconds = time.perf_counter() - began
        self._note([_looked_at(hits, seconds) for hits in found])
        return found

    def gauges(self) -> Gauges:
        """The rates as they stand."""
        seen, count = self._seen, max(1, len(self._seen))
        seconds = sorted(one.seconds for one in seen) or [0.0]
        return Gauges(
            queries=self.total,
            error_rate=sum(one.failed for one in seen) / count,
            empty_rate=sum(one.empty for one in seen) / count,
            duplicate_rate=sum(one.duplicates for one in seen) / count,
            p50_seconds=seconds[len(seconds) // 2],
            p99_seconds=seconds[min(len(seconds) - 1, int(0.99 * len(seconds)))],
        )

    def told(self) -> str:
        """The gauges in a line of a log."""
        now = self.gauges()
        return (
            f"search: {now.queries} queries; of the last {len(self._seen)}: "
            f"{now.error_rate:.1%} failed, {now.empty_rate:.1%} found nothing, "
            f"{now.duplicate_rate:.1%} of the hits were duplicates, "
            f"p50 {now.p50_seconds:.3f} s, p99 {now.p99_seconds:.3f} s"
        )

    def _note(self, seen: Sequence[_Seen]) -> None:
        self.total += len(seen)
        self._seen.extend(seen)
        if len(self._seen) == self._config.window and (reason := self._alarm()):
            raise SearchStopped(
                f"the search is not healthy: {reason} over the last {self._config.window} queries"
            )

    def _alarm(self) -> str:
        now, most = self.gauges(), self._config
        if most.max_errors is not None and now.error_rate > most.max_errors:
            return f"{now.error_rate:.0%} failed (the last: {self._last_error})"
        if most.max_empty is not None and now.empty_rate > most.max_empty:
            return f"{now.empty_rate:.0%} found nothing"
        if most.max_duplicates is not None and now.duplicate_rate > most.max_duplicates:
            return f"{now.duplicate_rate:.0%} of the hits said the same as another"
        if most.max_seconds is not None and now.p50_seconds > most.max_seconds:
            return f"half of the searches took longer than {now.p50_seconds:.1f} s"
        return ""


def _looked_at(hits: Sequence[Hit], seconds: float) -> _Seen:
    texts = {hit.text for hit in hits}
    return _Seen(seconds, empty=not hits, duplicates=1 - len(texts) / len(hits) if hits else 0.0)
