"""Leaving a back end alone that does not work."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from masksearch.errors import SearchError, SearchUnavailable
from masksearch.guards import LeakGuard
from masksearch.network.breaker import Breaker
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper


class CircuitBreaker(Wrapper):
    """After `failures` transient failures in a row, refuses calls for `rest` seconds.

    Then one call is let through: when it works all are again, else the rest begins anew.
    What a back end refused for other reasons says nothing of its health.
    """

    def __init__(
        self,
        inner: SearchBackend,
        failures: int,
        rest: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(inner)
        self._breaker = Breaker(failures, rest, clock=clock)

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchError at once while the back end rests."""
        breaker = self._breaker
        if (left := breaker.left()) > 0:
            raise SearchError(
                f"left alone for another {left:.0f} s after {breaker.failures} failures in a row, "
                f"the last: {breaker.reason}"
            )
        try:
            found = await self._inner.search(queries, top_k=top_k, guard=guard)
        except SearchUnavailable as error:
            breaker.failed(str(error))
            raise
        breaker.worked()
        return found
