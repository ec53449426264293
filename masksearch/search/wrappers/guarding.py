"""Withholding what a task's guard forbids, from any back end."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.guards import LeakGuard
from masksearch.schemas import Guard, Hit
from masksearch.search.near_duplicates import withholds
from masksearch.search.query import MAX_TOP_K
from masksearch.search.wrappers.one_by_one import all_of
from masksearch.search.wrappers.wrapper import Wrapper

_SPARE = 5
_GROWTH = 4


class Guarded(Wrapper):
    """Asks for some hits more than are wanted and leaves out those that the guard withholds.

    It asks again, further down, while too few are left and the back end has more. The back
    end inside sees no guard, so what it found for one task can be kept for another.
    """

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, none of which the guard withholds."""
        if guard.mode is Guard.NONE:
            return await self._inner.search(queries, top_k=top_k)
        return await all_of(self._allowed(query, top_k, guard) for query in queries)

    async def _allowed(self, query: str, top_k: int, guard: LeakGuard) -> list[Hit]:
        wanted = min(top_k + _SPARE, MAX_TOP_K)
        while True:
            [found] = await self._inner.search([query], top_k=wanted)
            allowed = [hit for hit in found if not withholds(guard, hit)]
            if len(allowed) >= top_k or len(found) < wanted or wanted >= MAX_TOP_K:
                return allowed[:top_k]
            wanted = min(_GROWTH * wanted, MAX_TOP_K)
