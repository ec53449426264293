"""What retrievers share: a guard is kept by asking for more, and queries are checked first."""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from masksearch.guards import LeakGuard
from masksearch.schemas import Fingerprint, Guard, Hit
from masksearch.search.query import checked_queries
from masksearch.search.wrappers.guarding import Guarded


class Retriever(ABC):
    """A `SearchBackend` that need not know of guards.

    `name`, `corpus_hash` (of the passages, where they are ours) and `parameters` are what its
    answers depend on beside the query: a cache or a cassette keeps answers under them.
    """

    name: str
    corpus_hash: str = ""
    parameters: Mapping[str, str | int | float | bool] = {}

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, best first; raises SearchError, SearchStopped."""
        if guard.mode is not Guard.NONE:
            return await Guarded(self).search(queries, top_k=top_k, guard=guard)
        return await self._answer(checked_queries(queries, top_k), top_k)

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """What this retriever is, for the record; its hits are whole."""
        return Fingerprint(
            engine=self.name,
            corpus_hash=self.corpus_hash,
            parameters=dict(self.parameters),
            top_k=top_k,
            guard=guard,
            truncation=0,
        )

    @abstractmethod
    async def _answer(self, queries: Sequence[str], top_k: int) -> list[list[Hit]]:
        """Ranked hits per query, none empty or too long."""


class LocalSearch(Retriever):
    """A retriever over an index in this process, which a server can share among threads.

    The queries of a call share a thread.
    """

    @property
    @abstractmethod
    def num_passages(self) -> int:
        """Passages in the index."""

    @abstractmethod
    def ranked(self, query: str, top_k: int) -> list[Hit]:
        """The hits of one query, best first; raises SearchError. Threads may call it at once."""

    async def _answer(self, queries: Sequence[str], top_k: int) -> list[list[Hit]]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_threads(), self._ranked_all, queries, top_k)

    def _ranked_all(self, queries: Sequence[str], top_k: int) -> list[list[Hit]]:
        return [self.ranked(query, top_k) for query in queries]


@cache
def _threads() -> ThreadPoolExecutor:
    """As many as there are processors: more would only wait for each other."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="local-search")
