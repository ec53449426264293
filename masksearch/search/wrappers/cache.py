"""Not asking twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.recordings import Answer, Asked, Recordings, engine_of
from masksearch.search.wrappers.one_by_one import all_of
from masksearch.search.wrappers.wrapper import Wrapper

_DAY = 86_400


class Cache(Wrapper):
    """Answers for `days` from a file what was found before; failures are not kept.

    What is being asked already is waited for, not asked again.
    """

    def __init__(self, inner: SearchBackend, recordings: Recordings, days: float) -> None:
        super().__init__(inner)
        self._recordings = recordings
        self._max_age = days * _DAY
        self._engine = engine_of(inner)
        self._under_way: dict[str, asyncio.Future[list[Hit]]] = {}

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query."""
        asked = [Asked(engine=self._engine, query=query, top_k=top_k) for query in queries]
        return await all_of(self._find(one, guard) for one in asked)

    async def _find(self, asked: Asked, guard: LeakGuard) -> list[Hit]:
        if kept := self._recordings.look_up(asked, self._max_age):
            return kept.found()
        if (call := self._under_way.get(asked.key)) is None:
            call = asyncio.ensure_future(self._ask(asked, guard))
            self._under_way[asked.key] = call
            call.add_done_callback(lambda ended: self._ended(asked.key, ended))
        return list(await asyncio.shield(call))  # one who gives up must not end it for others

    def _ended(self, key: str, call: asyncio.Future[list[Hit]]) -> None:
        self._under_way.pop(key, None)
        if not call.cancelled():
            call.exception()  # seen, even when all who waited for it are gone

    async def _ask(self, asked: Asked, guard: LeakGuard) -> list[Hit]:
        [found] = await self._inner.search([asked.query], top_k=asked.top_k, guard=guard)
        self._recordings.keep(asked, Answer(hits=tuple(found)))
        return found
