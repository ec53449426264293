"""Tavily, through its own client."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import SecretStr

from masksearch.errors import ConfigError
from masksearch.schemas import Hit
from masksearch.search.backends.engine import KeyedEngine, hit_of
from masksearch.search.backends.web import Web

_MOST_RESULTS = 20
_DEPTH: Literal["basic"] = "basic"
"""Advanced costs twice as much."""


class TavilySearch(KeyedEngine):
    """Tavily's basic search."""

    name = "tavily"
    usd_per_call = 0.008
    url = "https://api.tavily.com"

    def __init__(self, key: SecretStr, base_url: str = url) -> None:
        try:
            from tavily import AsyncTavilyClient  # noqa: PLC0415 - an extra, and slow to import
        except ImportError as error:
            raise ConfigError("the engine tavily needs: pip install tavily-python") from error
        self.parameters = {"search_depth": _DEPTH}
        self._web = Web(self.name, "check TAVILY_API_KEY and its plan", key, holds="results")
        self._client_on = partial(
            AsyncTavilyClient, api_key=key.get_secret_value(), api_base_url=base_url
        )

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        tavily = self._client_on(client=self._web.client)
        reply = await tavily.search(
            query, search_depth=_DEPTH, max_results=min(top_k, _MOST_RESULTS)
        )
        hits = self._read(
            reply,
            "results",
            lambda item, rank: hit_of(item, rank, url="url", text="content", score="score"),
        )
        return hits[:top_k]
