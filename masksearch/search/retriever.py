"""What retrievers share: a guard is kept by asking for more, and queries are checked first."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from masksearch.guards import LeakGuard
from masksearch.schemas import Fingerprint, Guard, Hit
from masksearch.search.query import checked_queries
from masksearch.search.wrappers.guarding import Guarded


class Retriever(ABC):
    """A `SearchBackend` that need not know of guards."""

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, best first; raises SearchError, SearchStopped."""
        if guard.mode is not Guard.NONE:
            return await Guarded(self).search(queries, top_k=top_k, guard=guard)
        return await self._answer(checked_queries(queries, top_k), top_k)

    @abstractmethod
    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """What this retriever is, for the record."""

    @abstractmethod
    async def _answer(self, queries: Sequence[str], top_k: int) -> list[list[Hit]]:
        """Ranked hits per query, none empty or too long."""


class LocalSearch(Retriever):
    """A retriever over an index in this process, which a server can share among threads."""

    @property
    @abstractmethod
    def num_passages(self) -> int:
        """Passages in the index."""

    @abstractmethod
    def ranked(self, query: str, top_k: int) -> list[Hit]:
        """The hits of one query, best first; raises SearchError. Threads may call it at once."""
