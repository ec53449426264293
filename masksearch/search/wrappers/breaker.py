"""Leaving a back end alone that does not work."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from masksearch.errors import SearchError, SearchUnavailable
from masksearch.guards import LeakGuard
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
        self._failures = failures
        self._rest = rest
        self._clock = clock
        self._failed = 0
        self._resting_until = 0.0
        self._reason = ""

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchError at once while the back end rests."""
        self._check()
        try:
            found = await self._inner.search(queries, top_k=top_k, guard=guard)
        except SearchUnavailable as error:
            self._note(str(error))
            raise
        self._failed = 0
        return found

    def _check(self) -> None:
        if self._failed < self._failures:
            return
        left = self._resting_until - self._clock()
        if left > 0:
            raise SearchError(
                f"left alone for another {left:.0f} s after {self._failed} failures in a row, "
                f"the last: {self._reason}"
            )
        self._resting_until = self._clock() + self._rest  # for all but this one trial

    def _note(self, reason: str) -> None:
        self._failed += 1
        self._reason = reason
        if self._failed >= self._failures:
            self._resting_until = self._clock() + self._rest
