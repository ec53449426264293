"""Which search engines and kinds of index there are: a line each, imported when one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masksearch.errors import ConfigError
from masksearch.registry import class_named

if TYPE_CHECKING:
    from masksearch.ports import Encoder
    from masksearch.search.backends.engine import Engine
    from masksearch.search.kinds.kind import IndexKind

ENGINES = {
    "tavily": "masksearch.search.backends.tavily.TavilySearch",
    "serpapi": "masksearch.search.backends.serpapi.SerpApiSearch",
    "serper": "masksearch.search.backends.serper.SerperSearch",
    "searxng": "masksearch.search.backends.searxng.SearxngSearch",
    "wikipedia": "masksearch.search.backends.wikipedia.WikipediaSearch",
    "duckduckgo": "masksearch.search.backends.duckduckgo.DuckDuckGoSearch",
    "http": "masksearch.search.backends.remote.RemoteSearch",
}
"""Engines outside this process."""
INDEX_KINDS = {
    "bm25": "masksearch.search.kinds.bm25.Bm25Index",
}
"""Kinds of the run's own index; the first one is built unless told otherwise."""
DEFAULT_INDEX = next(iter(INDEX_KINDS))


def backends() -> tuple[str, ...]:
    """What `search.backend` may be."""
    return (*INDEX_KINDS, *ENGINES)


def check_backend(name: str) -> None:
    """Raises ConfigError for a name that is neither an engine nor a kind of index."""
    if name not in backends():
        raise ConfigError(f"no search backend {name!r}: there are {', '.join(backends())}")


def engine_class(name: str) -> type[Engine]:
    """The class of an engine; raises ConfigError for one that there is not."""
    found: type[Engine] = class_named(ENGINES, name, "search engine")
    return found


def index_kind(name: str, encoder: Encoder | None = None) -> IndexKind:
    """A kind of index; raises ConfigError for one that there is not."""
    made: IndexKind = class_named(INDEX_KINDS, name, "kind of index")(encoder)
    return made
