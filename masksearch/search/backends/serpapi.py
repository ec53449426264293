"""Google's results through SerpAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from masksearch.errors import SearchError
from masksearch.schemas import Hit
from masksearch.search.backends.engine import KeyedEngine, hit_of
from masksearch.search.backends.web import Web

_NOTHING_FOUND = "hasn't returned any results"


class SerpApiSearch(KeyedEngine):
    """`GET /search.json` of serpapi.com, with Google as its engine."""

    name = "serpapi"
    usd_per_call = 0.015
    url = "https://serpapi.com"

    def __init__(self, key: SecretStr, base_url: str = url) -> None:
        self.parameters = {"engine": "google"}
        self._key = key
        self._url = f"{base_url}/search.json"
        self._web = Web(self.name, "check SERPAPI_API_KEY and its plan", key)

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        asked: dict[str, str | int] = {"engine": "google", "q": query, "num": top_k}
        reply = await self._web.get(self._url, {**asked, "api_key": self._key.get_secret_value()})
        if self._found_nothing(reply):
            return []
        hits = self._read(
            reply,
            "organic_results",
            lambda item, rank: hit_of(item, rank, url="link", text="snippet"),
        )
        return hits[:top_k]

    def _found_nothing(self, reply: Any) -> bool:
        """SerpAPI says so as an error; any other error raises SearchError."""
        if not isinstance(reply, Mapping) or "error" not in reply or reply.get("organic_results"):
            return False
        if _NOTHING_FOUND in (reason := str(reply["error"])):
            return True
        raise SearchError(self._web.said(reason))
