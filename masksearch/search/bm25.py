"""BM25 over a tantivy index, on disk or in memory: whole passages, best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from itertools import takewhile
from typing import NamedTuple

import tantivy

from masksearch.errors import QueryError, SearchError
from masksearch.schemas import Hit, Passage
from masksearch.search.analysis import VERSION, QueryAnalyser
from masksearch.search.fields import (
    PAIR_FIELD,
    PLACE_FIELD,
    STEM_FIELD,
    WORD_FIELD,
    LocalIndex,
    fill,
    index_schema,
)
from masksearch.search.query import checked_queries
from masksearch.search.retriever import LocalSearch
from masksearch.search.texts import Place, Texts, TextsWriter
from masksearch.text import digest

_PANIC = "PanicException"
"""Of Rust's bridge to Python, which gives it no module to import it from."""
_SHOWN_CHARS = 120
_EXACT = 0.2
"""What a title's word in its exact form is worth beside its stem."""
_KEPT_WORDS = 1 << 14
_DIGITS = 4
_TIES = 8
"""Hits beyond the last that may be tied with it: several threads write an index, so the order
in which it holds passages is no order to go by."""


Clause = tuple[tantivy.Occur, tantivy.Query]


class _Word(NamedTuple):
    """What is asked for because of a word of a query; words come again, so some are kept."""

    stem: str
    by_stem: Clause
    exact: Clause


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Raise ValueError where tantivy panics over damaged files, which Python takes for no Exception."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise ValueError(f"its files are damaged: {error}") from error


class TantivySearch(LocalSearch):
    """Ranks passages by BM25 over title and text."""

    name = f"bm25 {tantivy.__version__}"

    def __init__(self, index: LocalIndex, corpus_hash: str, analysis: int = VERSION) -> None:
        self._schema = index.terms.schema
        self._searcher = index.terms.searcher()
        self._texts = index.texts
        self.corpus_hash = corpus_hash
        self.parameters = {"analysis": analysis, "passages": self.num_passages}
        self._analyser = QueryAnalyser(analysis)
        self._known = lru_cache(_KEPT_WORDS)(self._clauses_of)

    @classmethod
    def of_passages(cls, passages: Iterable[Passage]) -> TantivySearch:
        """An index in memory, for a small corpus."""
        kept = list(passages)
        index, file = tantivy.Index(index_schema()), BytesIO()
        fill(index, TextsWriter(file), kept)
        corpus_hash = digest(*(part for p in kept for part in (p.id, p.text)))
        return cls(LocalIndex(index, Texts(file.getvalue())), corpus_hash)

    @property
    def num_passages(self) -> int:
        """Passages in the index."""
        return int(self._searcher.num_docs)

    def ranked(self, query: str, top_k: int) -> list[Hit]:
        """The hits of one query, best first; raises SearchError. Threads may call it at once."""
        [checked] = checked_queries([query], top_k)
        searcher = self._searcher
        try:
            with panics_as_errors():
                wanted = self._query(checked)
                found = searcher.search(wanted, limit=top_k + _TIES, count=False).hits
                scores, addresses = _with_ties(found, top_k)
                places = searcher.fast_field_values(PLACE_FIELD, addresses)
                hits = self._texts.hits(map(Place, places, scores))
        except (ValueError, TypeError, OSError) as error:
            raise SearchError(f"the index could not be searched: {_brief(error)}") from error
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:top_k]

    def _query(self, query: str) -> tantivy.Query:
        """A flat union of terms, which tantivy can search without looking at every posting."""
        words, pairs = self._analyser.terms(query)
        known = [self._known(word) for word in words]
        stems = {one.stem: one.by_stem for one in known}
        exact = [one.exact for one in known]
        wanted = [*stems.values(), *exact, *(self._clause(PAIR_FIELD, pair) for pair in pairs)]
        if not wanted:
            raise QueryError(f"no word to search for in the query {query[:_SHOWN_CHARS]!r}")
        return tantivy.Query.boolean_query(wanted)

    def _clauses_of(self, word: str) -> _Word:
        stem = self._analyser.stem(word)
        by_stem, exact = self._clause(STEM_FIELD, stem), self._clause(WORD_FIELD, word, _EXACT)
        return _Word(stem, by_stem, exact)

    def _clause(self, field: str, term: str, weight: float = 1.0) -> Clause:
        wanted = tantivy.Query.term_query(self._schema, field, term, "freq")
        if weight != 1.0:
            wanted = tantivy.Query.boost_query(wanted, weight)
        return tantivy.Occur.Should, wanted


def _with_ties(
    found: Sequence[tuple[float, tantivy.DocAddress]], top_k: int
) -> tuple[list[float], list[tantivy.DocAddress]]:
    """Scores and addresses of the best, and of what is tied with the last of them."""
    scores = [round(score, _DIGITS) for score, _ in found[:top_k]]
    last = scores[-1] if scores else 0.0
    more = (round(score, _DIGITS) for score, _ in found[top_k:])
    scores += takewhile(lambda score: score == last, more)
    return scores, [address for _, address in found[: len(scores)]]


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:_SHOWN_CHARS]
