"""One call per query, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import TypeVar

from masksearch.errors import SearchStopped
from masksearch.guards import LeakGuard
from masksearch.schemas import Hit
from masksearch.search.query import checked_queries
from masksearch.search.wrappers.wrapper import Wrapper

T = TypeVar("T")


class OneByOne(Wrapper):
    """For back ends that take one query a call: what stands inside sees single queries."""

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchError as soon as all have ended and one failed."""
        asked = checked_queries(queries, top_k)
        calls = [self._inner.search([query], top_k=top_k, guard=guard) for query in asked]
        return [hits for found in await all_of(calls) for hits in found]


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The results of calls that run together; raises the first failure in their order.

    Every call runs to its end before that, so that a cache inside keeps what the others
    found and paid for. What must stop the run comes before other failures.
    """
    ended = await asyncio.gather(*calls, return_exceptions=True)
    failures = [one for one in ended if isinstance(one, BaseException)]
    for failure in sorted(failures, key=lambda one: not isinstance(one, SearchStopped)):
        raise failure
    return [one for one in ended if not isinstance(one, BaseException)]
