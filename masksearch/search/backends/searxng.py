"""A SearxNG instance of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masksearch.errors import SearchUnavailable
from masksearch.schemas import Hit
from masksearch.search.access import Access
from masksearch.search.backends.engine import QueryEngine, hit_of
from masksearch.search.backends.web import Web

_ADVICE = "a SearxNG answers programs only with `json` under search.formats in its settings.yml"


class SearxngSearch(QueryEngine):
    """`GET /search?format=json` of a SearxNG instance."""

    name = "searxng"

    def __init__(self, base_url: str) -> None:
        self._url = f"{base_url}/search"
        self._web = Web(self.name, _ADVICE)
        self.parameters = {"url": base_url}

    @classmethod
    def opened(cls, access: Access) -> SearxngSearch:
        """At its address; raises ConfigError."""
        return cls(access.url())

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        reply = await self._web.get(self._url, {"q": query, "format": "json"})
        hits = self._read(
            reply,
            "results",
            lambda item, rank: hit_of(item, rank, url="url", text="content", score="score"),
        )
        if not hits and (silent := _unresponsive(reply)):
            raise SearchUnavailable(self._web.said(f"no engine behind it answered: {silent}"))
        return hits[:top_k]


def _unresponsive(reply: Mapping[str, Any]) -> str:
    """The engines behind it that did not answer, and why."""
    engines = reply.get("unresponsive_engines")
    if not isinstance(engines, list):
        return ""
    return ", ".join(
        " ".join(map(str, one)) if isinstance(one, list) else str(one) for one in engines
    )
