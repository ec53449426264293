"""Putting a search together: the engine that a recipe names, and what stands before it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import SecretStr

from masksearch.config import CallsConfig, CassetteMode, SearchConfig
from masksearch.errors import ConfigError, InputError
from masksearch.manifest import Stage
from masksearch.ports import SearchBackend
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.search.bm25 import TantivySearch
from masksearch.search.index import checked_folder, open_folder
from masksearch.search.recordings import Recordings
from masksearch.search.wrappers.breaker import CircuitBreaker
from masksearch.search.wrappers.budget import Budget
from masksearch.search.wrappers.cache import Cache
from masksearch.search.wrappers.cassette import Cassette
from masksearch.search.wrappers.deadline import Deadline
from masksearch.search.wrappers.excerpts import Excerpts, Lengths
from masksearch.search.wrappers.fan import OneByOne
from masksearch.search.wrappers.guarding import Guarded
from masksearch.search.wrappers.health import Health
from masksearch.search.wrappers.rate import RateLimit
from masksearch.search.wrappers.retry import Retry
from masksearch.settings import Settings
from masksearch.stages import INDEX

LOCAL, HTTP = "bm25", "http"
CACHE_FILE, SPENT_FILE = "search-cache.sqlite", "search-spent.json"
_LIST_PRICES_USD = {"tavily": 0.008, "serpapi": 0.015, "serper": 0.001}
"""Of a call in the smallest plan, when this was written."""


def open_search(run: RunFolder, config: SearchConfig, settings: Settings | None = None) -> Health:
    """The search of a run; raises MaskSearchError saying what to do where it cannot be had."""
    whole = open_whole_search(run, config, settings or Settings())
    return Health(Excerpts(whole, _lengths(config)), config.health)


def open_whole_search(run: RunFolder, config: SearchConfig, settings: Settings) -> Guarded:
    """The same with whole passages, for looking at what a guard lets through."""
    engine = _engine(run, config, settings)
    if config.cassette.path is not None:
        mode = config.cassette.mode
        must_exist = mode is CassetteMode.REPLAY_ONLY
        recordings = Recordings(config.cassette.path, must_exist=must_exist)
        engine = OneByOne(Cassette(engine, recordings, mode))
    return Guarded(engine)


def open_web_search(config: SearchConfig, settings: Settings) -> Excerpts:
    """An engine outside this process for a few searches, with no run to account for them."""
    calls = config.calls
    engine = _dependable(Deadline(open_engine(config, settings), calls.seconds), calls)
    return Excerpts(Guarded(OneByOne(engine)), _lengths(config))


def search_passages(passages: Iterable[Passage], snippet_chars: int = 500) -> Excerpts:
    """A search over a small corpus, in memory."""
    config = SearchConfig(snippet_chars=snippet_chars)
    return Excerpts(TantivySearch.of_passages(passages), _lengths(config))


def search_inputs(run: RunFolder, config: SearchConfig) -> dict[str, str | Stage]:
    """What of a run its search hangs on, by hash, for the manifest of a stage."""
    if config.backend != LOCAL:
        return {}
    return {"index": run.finished(INDEX)}


def open_index(run: RunFolder) -> TantivySearch:
    """The run's own index, whole passages unguarded; raises StoreError or InputError."""
    folder, corpus_hash = checked_folder(run)
    search = TantivySearch(open_folder(folder), corpus_hash)
    wanted = run.stage(INDEX).counts["passages"]
    if search.num_passages != wanted:
        raise InputError(
            f"the index {folder} is damaged (it holds {search.num_passages} of {wanted} "
            "passages): run `masksearch index build --if-exists restart`"
        )
    return search


def open_engine(config: SearchConfig, settings: Settings) -> SearchBackend:
    """An engine outside this process, as it is; raises ConfigError for what it lacks."""
    if config.backend == "tavily":
        from masksearch.search.backends import tavily  # noqa: PLC0415 - only what is asked for

        return tavily.TavilySearch(_key(config, settings), _url(config, tavily.URL))
    if config.backend == "serpapi":
        from masksearch.search.backends import serpapi  # noqa: PLC0415

        return serpapi.SerpApiSearch(_key(config, settings), _url(config, serpapi.URL))
    if config.backend == "serper":
        from masksearch.search.backends import serper  # noqa: PLC0415

        return serper.SerperSearch(_key(config, settings), _url(config, serper.URL))
    if config.backend == "wikipedia":
        from masksearch.search.backends import wikipedia  # noqa: PLC0415

        return wikipedia.WikipediaSearch(_url(config, wikipedia.URL))
    if config.backend == "searxng":
        from masksearch.search.backends.searxng import SearxngSearch  # noqa: PLC0415

        return SearxngSearch(_url(config, ""))
    if config.backend == HTTP:
        from masksearch.search.backends.remote import RemoteSearch  # noqa: PLC0415

        token = _sendable("MASKSEARCH_RETRIEVER_TOKEN", settings.retriever_token)
        return RemoteSearch(_url(config, ""), token)
    from masksearch.search.backends.duckduckgo import DuckDuckGoSearch  # noqa: PLC0415

    return DuckDuckGoSearch()


def _engine(run: RunFolder, config: SearchConfig, settings: Settings) -> SearchBackend:
    if config.backend == LOCAL:
        return open_index(run)
    calls = config.calls
    within_budget = Budget(
        Deadline(open_engine(config, settings), calls.seconds),
        run.path / SPENT_FILE,
        max_calls=calls.max_calls,
        max_usd=calls.max_usd,
        usd_per_call=_price(config.backend, calls),
    )
    dependable = _dependable(within_budget, calls)
    if not calls.cache_days or config.backend == HTTP:  # whose index may be another tomorrow
        return OneByOne(dependable)
    return OneByOne(Cache(dependable, Recordings(run.path / CACHE_FILE), calls.cache_days))


def _dependable(engine: SearchBackend, calls: CallsConfig) -> SearchBackend:
    """An engine's calls at their pace, tried again where that helps, left alone where not."""
    made = RateLimit(engine, calls.per_second) if calls.per_second else engine
    return Retry(CircuitBreaker(made, calls.failures, calls.rest), calls.retries)


def _price(engine: str, calls: CallsConfig) -> float:
    if calls.usd_per_call is not None:
        return calls.usd_per_call
    return _LIST_PRICES_USD.get(engine, 0.0)


def _key(config: SearchConfig, settings: Settings) -> SecretStr:
    name = f"{config.backend}_api_key"
    key: SecretStr = getattr(settings, name)
    if not key.get_secret_value() and config.cassette.mode is not CassetteMode.REPLAY_ONLY:
        raise ConfigError(
            f"the engine {config.backend} needs a key: set {name.upper()} in the environment "
            "or in .env"
        )
    return _sendable(name.upper(), key)


def _sendable(name: str, secret: SecretStr) -> SecretStr:
    """A secret that a header can hold, without the white space around it."""
    value = secret.get_secret_value().strip()
    if not (value.isascii() and (value.isprintable() or not value)):
        raise ConfigError(f"{name} holds characters that no key has")
    return SecretStr(value)


def _url(config: SearchConfig, default: str) -> str:
    from masksearch.search.backends.web import checked_url  # noqa: PLC0415

    if not (url := config.base_url or default):
        raise ConfigError(
            f"the engine {config.backend} needs an address: --set search.base_url=http://…"
        )
    return checked_url(url, config.backend)


def _lengths(config: SearchConfig) -> Lengths:
    return Lengths(config.snippet_chars, config.snippet_words)
