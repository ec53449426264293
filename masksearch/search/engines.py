"""Which search engines there are: a line each, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from masksearch.errors import ConfigError

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


def check_backend(name: str) -> None:
    """Raises ConfigError for a name that is neither an engine nor a kind of index."""
    if name not in ENGINES and name not in INDEX_KINDS:
        raise ConfigError(
            f"backend: no engine {name!r}; there are {', '.join([*INDEX_KINDS, *ENGINES])}"
        )


def engine_class(name: str) -> type[Engine]:
    """The class of an engine; raises ConfigError."""
    check_backend(name)
    found: type[Engine] = _load(ENGINES[name])
    return found


def index_kind(name: str, encoder: Encoder | None = None) -> IndexKind:
    """A kind of index; raises ConfigError for one that there is not."""
    if name not in INDEX_KINDS:
        raise ConfigError(f"no kind of index {name!r}; there are {', '.join(INDEX_KINDS)}")
    made: IndexKind = _load(INDEX_KINDS[name])(encoder)
    return made


def _load(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
