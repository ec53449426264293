"""DuckDuckGo, through LangChain's wrapper: the only road that needs no key."""

from __future__ import annotations

import asyncio
from typing import Any

from masksearch.errors import ConfigError, SearchError, SearchUnavailable
from masksearch.schemas import Hit
from masksearch.search.access import Access
from masksearch.search.backends.engine import QueryEngine, hit_of

_NOTHING_FOUND = "no results found"


class DuckDuckGoSearch(QueryEngine):
    """LangChain's `DuckDuckGoSearchAPIWrapper`, which blocks, in a thread."""

    name = "duckduckgo"

    def __init__(self) -> None:
        try:
            from langchain_community.utilities import (  # noqa: PLC0415 - an extra
                DuckDuckGoSearchAPIWrapper,
            )

            self._wrapper: Any = DuckDuckGoSearchAPIWrapper(time=None, backend="duckduckgo")
        except ImportError as error:
            raise ConfigError(
                "the engine duckduckgo needs: pip install langchain-community ddgs"
            ) from error

    @classmethod
    def opened(cls, access: Access) -> DuckDuckGoSearch:
        """Without a key; raises ConfigError."""
        return cls()

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        from ddgs.exceptions import DDGSException  # noqa: PLC0415 - an extra

        try:
            items = await asyncio.to_thread(self._wrapper.results, query, top_k)
        except DDGSException as error:
            if _NOTHING_FOUND in str(error).lower():
                return []
            raise SearchUnavailable(f"{self.name}: {type(error).__name__}: {error}") from error
        except (KeyError, TypeError) as error:
            raise SearchError(f"{self.name}: a result lacks {error}") from error
        return self._read(
            {"results": items},
            "results",
            lambda item, rank: hit_of(item, rank, url="link", text="snippet"),
        )[:top_k]
