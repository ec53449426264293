"""A limit on how many calls are made in a second."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from masksearch.guards import LeakGuard
from masksearch.network.pace import Pace
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper


class RateLimit(Wrapper):
    """Spaces calls evenly; callers wait their turn."""

    def __init__(self, inner: SearchBackend, per_second: float) -> None:
        super().__init__(inner)
        self._pace = Pace(1 / per_second)

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, when it is this call's turn."""
        if (wait := self._pace.turn()) > 0:
            await asyncio.sleep(wait)
        return await self._inner.search(queries, top_k=top_k, guard=guard)
