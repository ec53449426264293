"""A limit on how long one call may take."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from masksearch.errors import SearchUnavailable
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper


class Deadline(Wrapper):
    """Gives a call up after `seconds`, however the other side keeps it waiting."""

    def __init__(self, inner: SearchBackend, seconds: float) -> None:
        super().__init__(inner)
        self._seconds = seconds

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchUnavailable at the deadline."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._inner.search(queries, top_k=top_k, guard=guard)
        except TimeoutError:
            raise SearchUnavailable(f"no answer within {self._seconds:g} s") from None
