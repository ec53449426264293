"""The search of Wikipedia, or of any wiki that runs MediaWiki."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masksearch.errors import SearchError, SearchUnavailable
from masksearch.schemas import Hit
from masksearch.search.access import Access
from masksearch.search.backends.engine import QueryEngine, hit_of
from masksearch.search.backends.web import Web

URL = "https://en.wikipedia.org"
_MOST_EXTRACTS = 20
_TRANSIENT = frozenset({"maxlag", "ratelimited", "readonly", "internal_api_error_DBQueryError"})


class WikipediaSearch(QueryEngine):
    """MediaWiki's `generator=search`, with the lead of every page found."""

    name = "wikipedia"

    def __init__(self, base_url: str = URL) -> None:
        self._url = f"{base_url}/w/api.php"
        self._web = Web(self.name, "check search.base_url: the wiki's address without /w/api.php")
        self.parameters = {"url": base_url}

    @classmethod
    def opened(cls, access: Access) -> WikipediaSearch:
        """English Wikipedia unless told otherwise; raises ConfigError."""
        return cls(access.url(URL))

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        reply = await self._web.get(self._url, _asked(query, top_k))
        found = self._query_of(reply)
        if found is None:
            return []
        pages = found.get("pages")
        if isinstance(pages, list):  # they come by page id; `index` is the rank
            pages = sorted(pages, key=_rank)
        return self._read(
            {"pages": pages},
            "pages",
            lambda page, rank: hit_of(page, rank, url="fullurl", text="extract"),
        )[:top_k]

    def _query_of(self, reply: Any) -> Mapping[str, Any] | None:
        """What was found; None where MediaWiki answers that it is nothing."""
        if isinstance(reply, Mapping) and isinstance(reply.get("query"), Mapping):
            found: Mapping[str, Any] = reply["query"]
            return found
        if isinstance(reply, Mapping) and (error := reply.get("error")):
            known = error if isinstance(error, Mapping) else {"info": error}
            reason = self._web.said(f"{known.get('code', '')}: {known.get('info', '')}")
            raise (SearchUnavailable if known.get("code") in _TRANSIENT else SearchError)(reason)
        if isinstance(reply, Mapping) and "batchcomplete" in reply:
            return None
        raise SearchError(self._web.said("the reply has no 'query'"))


def _asked(query: str, top_k: int) -> dict[str, str | int]:
    limit = min(top_k, _MOST_EXTRACTS)
    return {
        "action": "query",
        "format": "json",
        "formatversion": 2,
        "generator": "search",
        "gsrsearch": query,
        "gsrlimit": limit,
        "prop": "extracts|info",
        "exintro": 1,
        "explaintext": 1,
        "exlimit": limit,
        "inprop": "url",
    }


def _rank(page: Any) -> float:
    rank = page.get("index") if isinstance(page, Mapping) else None
    return rank if isinstance(rank, int | float) else float("inf")
