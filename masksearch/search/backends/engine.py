"""What engines that take one query a call have in common, and how their replies are read."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import SecretStr

from masksearch.errors import SearchError
from masksearch.schemas import Hit
from masksearch.search.access import Access
from masksearch.search.retriever import Retriever
from masksearch.search.wrappers.one_by_one import all_of
from masksearch.text import digest, encodable

Item = Mapping[str, Any]


class Engine(Retriever):
    """A retriever outside this process; what it searches changes from day to day.

    `usd_per_call` is the list price of a call in the smallest plan, when this was written.
    `keeps` says whether an answer may be kept for some days: what it searches is no index
    that may be another tomorrow.
    """

    usd_per_call: ClassVar[float] = 0.0
    keeps: ClassVar[bool] = True

    @classmethod
    @abstractmethod
    def opened(cls, access: Access) -> Self:
        """The engine as a recipe asks for it; raises ConfigError for what is missing."""


class QueryEngine(Engine):
    """An engine that takes one query a call."""

    async def _answer(self, queries: Sequence[str], top_k: int) -> list[list[Hit]]:
        return await all_of(self._find(query, top_k) for query in queries)

    @abstractmethod
    async def _find(self, query: str, top_k: int) -> list[Hit]:
        """Ranked hits for one query."""

    def _read(self, reply: Any, name: str, read: Callable[[Item, int], Hit | None]) -> list[Hit]:
        """The hits of the list `reply[name]`; `read` is given an item and its rank from 1.

        An item that cannot be used is passed over: the call was paid for. Raises SearchError
        when there is no such list, or nothing in it can be used.
        """
        items = reply.get(name) if isinstance(reply, Mapping) else None
        if not isinstance(items, list):
            raise SearchError(f"{self.name}: the reply has no list {name!r}")
        ranked = [read(item, n) for n, item in enumerate(items, 1) if isinstance(item, Mapping)]
        hits = [hit for hit in ranked if hit is not None]
        if items and not hits:
            raise SearchError(f"{self.name}: none of the {len(items)} results can be read")
        return hits


class KeyedEngine(QueryEngine):
    """An engine that wants a key, at an address of its own unless a recipe has another."""

    url: ClassVar[str]

    @abstractmethod
    def __init__(self, key: SecretStr, base_url: str) -> None: ...

    @classmethod
    def opened(cls, access: Access) -> Self:
        """With its key; raises ConfigError."""
        return cls(access.key(), access.url(cls.url))


def hit_of(item: Item, rank: int, *, url: str, text: str, score: str = "") -> Hit | None:
    """A hit from an item's fields of these names; None when it says nothing.

    Without a score of the engine's, hits are scored by their rank.
    """
    title, link, body = (_text(item, name) for name in ("title", url, text))
    if not (title or body):
        return None
    given = item.get(score)
    is_number = isinstance(given, int | float) and math.isfinite(given)
    return Hit(
        id=link.partition("#")[0].rstrip("/") or digest(title, body),
        title=title,
        text=body,
        score=float(given) if is_number and given is not None else 1 / rank,
        url=link,
    )


def _text(item: Item, name: str) -> str:
    value = item.get(name)
    return encodable(value) if isinstance(value, str) else ""
