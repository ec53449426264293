"""A limit on how many calls are made in a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper


class RateLimit(Wrapper):
    """Spaces calls evenly; callers wait their turn.

    It keeps a time and no lock, so it serves one event loop after another.
    """

    def __init__(self, inner: SearchBackend, per_second: float) -> None:
        super().__init__(inner)
        self._interval = 1 / per_second
        self._next = 0.0

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, when it is this call's turn."""
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + self._interval
        if turn > now:
            await asyncio.sleep(turn - now)
        return await self._inner.search(queries, top_k=top_k, guard=guard)
