"""Not asking twice."""

from __future__ import annotations

import asyncio

from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.recordings import Recordings, Request
from masksearch.search.wrappers.recorded import Recorded

_DAY = 86_400


class Cache(Recorded):
    """Answers for `days` from a file what was found before; failures are not kept.

    A query that is under way already is waited for, not sent again.
    """

    def __init__(self, inner: SearchBackend, recordings: Recordings, days: float) -> None:
        super().__init__(inner, recordings)
        self._max_age = days * _DAY
        self._under_way: dict[str, asyncio.Future[list[Hit]]] = {}

    async def _find(self, request: Request, guard: LeakGuard) -> list[Hit]:
        if kept := self._recordings.look_up(request, self._max_age):
            return kept.found()
        if (call := self._under_way.get(request.key)) is None:
            call = asyncio.ensure_future(self._found_inside(request, guard))
            self._under_way[request.key] = call
            call.add_done_callback(lambda ended: self._ended(request.key, ended))
        return list(await asyncio.shield(call))  # one who gives up must not end it for others

    def _ended(self, key: str, call: asyncio.Future[list[Hit]]) -> None:
        self._under_way.pop(key, None)
        if not call.cancelled():
            call.exception()  # seen, even when all who waited for it are gone
