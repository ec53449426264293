"""Google's results through Serper."""

from __future__ import annotations

from pydantic import SecretStr

from masksearch.schemas import Hit
from masksearch.search.access import Access
from masksearch.search.backends.engine import QueryEngine, hit_of
from masksearch.search.backends.web import Web

URL = "https://google.serper.dev"


class SerperSearch(QueryEngine):
    """`POST /search` of serper.dev."""

    name = "serper"
    usd_per_call = 0.001

    def __init__(self, key: SecretStr, base_url: str = URL) -> None:
        self._key = key
        self._url = f"{base_url}/search"
        self._web = Web(self.name, "check SERPER_API_KEY and its credits", key)

    @classmethod
    def opened(cls, access: Access) -> SerperSearch:
        """With its key; raises ConfigError."""
        return cls(access.key(), access.url(URL))

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
