"""DuckDuckGo, through ddgs: the only road that needs no key."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from masksearch.errors import ConfigError, SearchUnavailable
from masksearch.network.certificates import context_of, trusted
from masksearch.network.proxies import Proxy, proxy_for
from masksearch.schemas import Hit
from masksearch.search.access import Access
from masksearch.search.backends.engine import Item, QueryEngine, hit_of
from masksearch.search.backends.web import Web

_NOTHING_FOUND = "no results found"
_ADDRESS = httpx.URL("https://html.duckduckgo.com")
_EVERYWHERE = "wt-wt"
"""Its name for results of no region."""


class DuckDuckGoSearch(QueryEngine):
    """What ddgs reads from DuckDuckGo's pages; it blocks, and so works in a thread."""

    name = "duckduckgo"

    def __init__(self) -> None:
        try:
            import ddgs  # noqa: F401, PLC0415 - an extra
        except ImportError as error:
            raise ConfigError("the engine duckduckgo needs: pip install ddgs") from error
        self._web = Web(self.name, "")

    @classmethod
    def opened(cls, access: Access) -> DuckDuckGoSearch:
        """Without a key; raises ConfigError."""
        return cls()

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        from ddgs.exceptions import DDGSException  # noqa: PLC0415 - an extra
        from primp import PrimpError  # noqa: PLC0415 - what ddgs stands on

        proxy = proxy_for(_ADDRESS)
        try:
            items = await asyncio.to_thread(_results, query, top_k, _options(proxy))
        except DDGSException as error:
            if _NOTHING_FOUND in str(error).lower():
                return []
            by = f"by {proxy.told}: " if proxy else ""
            reason = f"{by}{type(error).__name__}: {error}"
            raise SearchUnavailable(self._web.said(reason)) from None
        except PrimpError as error:  # of a client that could not be made
            raise ConfigError(self._web.said(f"check DDGS_PROXY: {error}")) from None
        return self._read({"results": items}, "results", _hit)[:top_k]


def _options(proxy: Proxy | None) -> dict[str, Any]:
    """What ddgs is told of the way; raises ConfigError. It takes one file of certificates."""
    certificates = trusted()
    context_of(certificates)  # it would not name the variable that is wrong
    return {
        "proxy": _as_ddgs_takes_it(proxy.url) if proxy else None,
        "verify": certificates.path if certificates.is_file else True,
    }


def _as_ddgs_takes_it(url: httpx.URL) -> str:
    """Names of hosts are looked up by a SOCKS proxy, as they are for the other engines."""
    return str(url.copy_with(scheme="socks5h") if url.scheme == "socks5" else url)


def _results(query: str, top_k: int, options: dict[str, Any]) -> list[Any]:
    from ddgs import DDGS  # noqa: PLC0415 - an extra

    with DDGS(**options) as client:
        found = client.text(query, region=_EVERYWHERE, max_results=top_k, backend="duckduckgo")
    return list(found or [])


def _hit(item: Item, rank: int) -> Hit | None:
    """A result; one without an address is something else that stood on the page."""
    return hit_of(item, rank, url="href", text="body") if item.get("href") else None
