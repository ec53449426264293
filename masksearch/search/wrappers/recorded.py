"""What a cache and a cassette share: answers to single queries, kept in a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.recordings import Answer, Recordings, Request, engine_of
from masksearch.search.wrappers.one_by_one import all_of
from masksearch.search.wrappers.wrapper import Wrapper


class Recorded(Wrapper, ABC):
    """Looks each query up by all that its answer depends on, and keeps what was found."""

    def __init__(self, inner: SearchBackend, recordings: Recordings) -> None:
        super().__init__(inner)
        self._recordings = recordings
        self._engine = engine_of(inner)

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchError."""
        requests = [Request(engine=self._engine, query=query, top_k=top_k) for query in queries]
        return await all_of(self._find(one, guard) for one in requests)

    @abstractmethod
    async def _find(self, request: Request, guard: LeakGuard) -> list[Hit]:
        """What is kept, or what the back end inside finds."""

    async def _found_inside(self, request: Request, guard: LeakGuard) -> list[Hit]:
        """What the back end inside finds, which is kept; raises SearchError."""
        [found] = await self._inner.search([request.query], top_k=request.top_k, guard=guard)
        self._recordings.keep(request, Answer(hits=tuple(found)))
        return found
