"""Google's results through Serper."""

from __future__ import annotations

from pydantic import SecretStr

from masksearch.schemas import Hit
from masksearch.search.backends.engine import KeyedEngine, hit_of
from masksearch.search.backends.web import Web


class SerperSearch(KeyedEngine):
    """`POST /search` of serper.dev."""

    name = "serper"
    usd_per_call = 0.001
    url = "https://google.serper.dev"

    def __init__(self, key: SecretStr, base_url: str = url) -> None:
        self._key = key
        self._url = f"{base_url}/search"
        self._web = Web(self.name, "check SERPER_API_KEY and its credits", key)

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        reply = await self._web.post(
            self._url,
            {"q": query, "num": top_k},
            headers={"X-API-KEY": self._key.get_secret_value()},
        )
        hits = self._read(
            reply, "organic", lambda item, rank: hit_of(item, rank, url="link", text="snippet")
        )
        return hits[:top_k]
