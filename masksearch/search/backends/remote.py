"""Any retriever that answers `/retrieve` as Search-R1's does, ours among them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from masksearch.errors import QueryError, SearchError
from masksearch.schemas import Hit
from masksearch.search.access import Access
from masksearch.search.backends.engine import Engine
from masksearch.search.backends.web import Web
from masksearch.settings import NO_KEY
from masksearch.text import digest, encodable

PATH = "/retrieve"


class RemoteSearch(Engine):
    """An engine over `POST /retrieve`: all queries of a turn in one call."""

    name = "http"
    keeps = False

    def __init__(self, base_url: str, token: SecretStr = NO_KEY) -> None:
        self._url = base_url if base_url.endswith(PATH) else base_url + PATH
        self.parameters = {"url": self._url}
        secret = token.get_secret_value()
        self._headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._web = Web(self.name, "check search.base_url and MASKSEARCH_RETRIEVER_TOKEN", token)

    @classmethod
    def opened(cls, access: Access) -> RemoteSearch:
        """At its address, with the token of our own server; raises ConfigError."""
        return cls(access.url(), access.token())

    async def _answer(self, queries: Sequence[str], top_k: int) -> list[list[Hit]]:
        body = {"queries": list(queries), "topk": top_k, "return_scores": True}
        reply = await self._web.post(self._url, body, headers=self._headers)
        return [hits[:top_k] for hits in self._read(reply, queries)]

    def _read(self, reply: Any, asked: Sequence[str]) -> list[list[Hit]]:
        found = reply.get("result") if isinstance(reply, Mapping) else None
        if not isinstance(found, list) or len(found) != len(asked):
            raise SearchError(
                self._web.said(f"the reply has no 'result' for each of the {len(asked)} queries")
            )
        for number, reason in _refused(reply):
            raise QueryError(self._web.said(f"query {number}: {reason}"))
        return [self._hits(items) for items in found]

    def _hits(self, items: Any) -> list[Hit]:
        if not isinstance(items, list):
            raise SearchError(self._web.said("a query's result is not a list"))
        read = [_hit(item, rank) for rank, item in enumerate(items, 1)]
        hits = [hit for hit in read if hit is not None]
        if items and not hits:
            raise SearchError(self._web.said(f"none of the {len(items)} results can be read"))
        return hits


def _refused(reply: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Queries that our own server could not answer, by number; others never say."""
    errors = reply.get("errors")
    return [(str(n), str(why)) for n, why in errors.items()] if isinstance(errors, dict) else []


def _hit(item: Any, rank: int) -> Hit | None:
    """A hit of `{"document": {"id", "contents"}, "score"}`, or of a plain document."""
    document = item.get("document", item) if isinstance(item, Mapping) else None
    contents = document.get("contents") if isinstance(document, Mapping) else None
    if document is None or not isinstance(contents, str) or not contents.strip():
        return None
    title, _, text = encodable(contents).partition("\n")
    title = title.strip().removeprefix('"').removesuffix('"')
    id, url, score = document.get("id"), document.get("url"), item.get("score")
    is_score = isinstance(score, int | float) and math.isfinite(score)
    return Hit(
        id=encodable(str(id)) if id not in (None, "") else digest(contents),
        title=title,
        text=text,
        score=float(score) if is_score else 1 / rank,
        url=encodable(url) if isinstance(url, str) else "",
    )
