"""Putting a search together: the engine that a recipe names, and what stands before it."""

from __future__ import annotations

from collections.abc import Iterable

from masksearch.config import CallsConfig, CassetteMode, SearchConfig
from masksearch.errors import InputError
from masksearch.manifest import Stage
from masksearch.ports import Encoder, ProgressSource, SearchBackend
from masksearch.progress import unstarted
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.search.access import Access
from masksearch.search.bm25 import TantivySearch
from masksearch.search.engines import INDEX_KINDS, check_backend, engine_class
from masksearch.search.index import built_index
from masksearch.search.recordings import Recordings
from masksearch.search.retriever import LocalSearch
from masksearch.search.wrappers.breaker import CircuitBreaker
from masksearch.search.wrappers.budget import Budget
from masksearch.search.wrappers.cache import Cache
from masksearch.search.wrappers.cassette import Cassette
from masksearch.search.wrappers.deadline import Deadline
from masksearch.search.wrappers.guarding import Guarded
from masksearch.search.wrappers.health import Health
from masksearch.search.wrappers.one_by_one import OneByOne
from masksearch.search.wrappers.rate import RateLimit
from masksearch.search.wrappers.retry import Retry
from masksearch.search.wrappers.snippets import Lengths, Snippets
from masksearch.settings import Settings
from masksearch.stages import INDEX

CACHE_FILE, SPENT_FILE = "search-cache.sqlite", "search-spent.json"


class SearchFactory:
    """Opens searches for a run, or for none; made once in a command.

    `encoder` serves kinds of index with vectors. `progress` says how far the training is that
    searches. Every method raises MaskSearchError saying what to do where a search cannot be
    had.
    """

    def __init__(
        self,
        run: RunFolder,
        settings: Settings | None = None,
        *,
        encoder: Encoder | None = None,
        progress: ProgressSource = unstarted,
    ) -> None:
        self._run = run
        self._settings = settings or Settings()
        self._encoder = encoder
        self._progress = progress

    def open(self, config: SearchConfig) -> Health:
        """The search of a run."""
        return Health(Snippets(self.open_whole(config), lengths(config)), config.health)

    def open_whole(self, config: SearchConfig) -> Guarded:
        """The same with whole passages, for looking at what a guard lets through."""
        engine = self._engine(config)
        if config.cassette.path is not None:
            mode = config.cassette.mode
            must_exist = mode is CassetteMode.REPLAY_ONLY
            recordings = Recordings(config.cassette.path, must_exist=must_exist)
            engine = OneByOne(Cassette(engine, recordings, mode))
        return Guarded(engine)

    def open_without_run(self, config: SearchConfig) -> Snippets:
        """An engine outside this process for a few searches that no run accounts for."""
        calls = config.calls
        engine = _dependable(Deadline(self._outside(config), calls.seconds), calls)
        return Snippets(Guarded(OneByOne(engine)), lengths(config))

    def open_index(self, config: SearchConfig | None = None) -> LocalSearch:
        """The run's own index, whole passages unguarded."""
        built = built_index(self._run, self._encoder)
        if config is not None and built.kind.name != config.backend:
            raise InputError(
                f"search.backend is {config.backend}, and the index {built.folder} is of the kind "
                f"{built.kind.name}: run `masksearch index build --kind {config.backend} "
                "--if-exists restart`"
            )
        return built.open()

    def inputs(self, config: SearchConfig) -> dict[str, str | Stage]:
        """What of a run its search depends on, for the manifest of a stage."""
        check_backend(config.backend)
        return {"index": self._run.finished(INDEX)} if config.backend in INDEX_KINDS else {}

    def _engine(self, config: SearchConfig) -> SearchBackend:
        check_backend(config.backend)
        if config.backend in INDEX_KINDS:
            return self.open_index(config)
        calls, kind = config.calls, engine_class(config.backend)
        given = calls.usd_per_call
        within_budget = Budget(
            Deadline(self._outside(config), calls.seconds),
            self._run.path / SPENT_FILE,
            max_calls=calls.max_calls,
            max_usd=calls.max_usd,
            usd_per_call=kind.usd_per_call if given is None else given,
        )
        dependable = _dependable(within_budget, calls)
        if not calls.cache_days or not kind.keeps:
            return OneByOne(dependable)
        kept = Recordings(self._run.path / CACHE_FILE)
        return OneByOne(Cache(dependable, kept, calls.cache_days))

    def _outside(self, config: SearchConfig) -> SearchBackend:
        return open_engine(config, self._settings, self._progress)


def open_engine(
    config: SearchConfig, settings: Settings, progress: ProgressSource = unstarted
) -> SearchBackend:
    """An engine outside this process, as it is; raises ConfigError for what it lacks."""
    return engine_class(config.backend).opened(Access(config, settings, progress))


def search_passages(passages: Iterable[Passage], snippet_chars: int = 500) -> Snippets:
    """A search over a small corpus, in memory."""
    config = SearchConfig(snippet_chars=snippet_chars)
    return Snippets(TantivySearch.of_passages(passages), lengths(config))


def lengths(config: SearchConfig) -> Lengths:
    """How much of a hit a recipe shows."""
    return Lengths(config.snippet_chars, config.snippet_words)


def _dependable(engine: SearchBackend, calls: CallsConfig) -> SearchBackend:
    """An engine's calls at their pace, tried again where that helps, left alone where not."""
    made = RateLimit(engine, calls.per_second) if calls.per_second else engine
    return Retry(CircuitBreaker(made, calls.failures, calls.rest), calls.retries)
