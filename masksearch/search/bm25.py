"""BM25 over a tantivy index, on disk or in memory, with the leak guard by id."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import tantivy

from masksearch.config import SearchConfig
from masksearch.errors import InputError, QueryError, SearchError
from masksearch.ports import Guard, LeakGuard
from masksearch.run_folder import INDEX, RunFolder
from masksearch.schemas import Fingerprint, Hit, Passage, page_of
from masksearch.search.fields import SEARCHED, TOKENIZER, analyser, fill, index_schema
from masksearch.search.index import checked_folder, open_folder
from masksearch.search.snippets import COMMON_WORDS, snippet
from masksearch.text import digest

_SHOWN_CHARS = 120


class TantivySearch:
    """Ranks passages by BM25 over title and text; the queries of a call share a thread.

    A query is a bag of words: nothing in it is an operator. Common English words are left
    out unless there are no others.
    """

    def __init__(self, index: tantivy.Index, corpus_hash: str, snippet_chars: int) -> None:
        self._index = index
        self._searcher = index.searcher()
        self._corpus_hash = corpus_hash
        self._snippet_chars = snippet_chars
        self._words, self._all_words = analyser(COMMON_WORDS), analyser()

    @classmethod
    def of_passages(cls, passages: Iterable[Passage], snippet_chars: int) -> TantivySearch:
        """An index in memory, for a small corpus."""
        kept = list(passages)
        index = tantivy.Index(index_schema())
        fill(index, kept)
        corpus_hash = digest(*(part for p in kept for part in (p.id, p.text)))
        return cls(index, corpus_hash, snippet_chars)

    @property
    def num_passages(self) -> int:
        """Passages in the index."""
        return int(self._searcher.num_docs)

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, best first; raises SearchError."""
        if not queries:
            raise QueryError("no query was given")
        return await asyncio.to_thread(
            lambda: [self._search_one(query, top_k, guard) for query in queries]
        )

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """What this retriever is, for the record."""
        return Fingerprint(
            engine=f"bm25 {tantivy.__version__}",
            corpus_hash=self._corpus_hash,
            parameters={"tokenizer": TOKENIZER, "passages": self.num_passages},
            top_k=top_k,
            guard=guard,
            truncation=self._snippet_chars,
        )

    def _search_one(self, query: str, top_k: int, guard: LeakGuard) -> list[Hit]:
        wanted = self._query(query, guard)
        try:
            ranked = self._searcher.search(wanted, limit=top_k, count=False).hits
            return [self._hit(query, score, address) for score, address in ranked]
        except (ValueError, OSError) as error:
            raise SearchError(f"the index could not be searched: {_brief(error)}") from error

    def _query(self, query: str, guard: LeakGuard) -> tantivy.Query:
        terms = self._words.analyze(query) or self._all_words.analyze(query)
        if not terms:
            raise QueryError(f"no word to search for in the query {query[:_SHOWN_CHARS]!r}")
        clauses = [
            (tantivy.Occur.Should, self._term(field, term))
            for term in dict.fromkeys(terms)
            for field in SEARCHED
        ]
        asked = tantivy.Query.boolean_query(clauses)
        if not (withheld := self._withheld(guard)):
            return asked
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, asked), (tantivy.Occur.MustNot, withheld)]
        )

    def _withheld(self, guard: LeakGuard) -> tantivy.Query | None:
        if guard.mode is Guard.PARAGRAPH:
            return self._term("id", guard.passage_id)
        if guard.mode is Guard.PAGE:
            return self._term("page", page_of(guard.passage_id))
        return None

    def _term(self, field: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._index.schema, field, term)

    def _hit(self, query: str, score: float, address: tantivy.DocAddress) -> Hit:
        stored: dict[str, list[Any]] = self._searcher.doc(address).to_dict()
        return Hit(
            id=stored["id"][0],
            title=stored["title"][0],
            text=snippet(stored["text"][0], query, self._snippet_chars),
            score=score,
            url=stored["url"][0],
        )


def open_search(run: RunFolder, config: SearchConfig) -> TantivySearch:
    """The search over a run's index; raises StoreError or InputError saying what to run."""
    folder, corpus_hash = checked_folder(run)
    search = TantivySearch(open_folder(folder), corpus_hash, config.snippet_chars)
    wanted = run.stage(INDEX).manifest["counts"]["passages"]
    if search.num_passages != wanted:
        raise InputError(
            f"the index {folder} is damaged (it holds {search.num_passages} of {wanted} "
            "passages): run `masksearch index build --if-exists restart`"
        )
    return search


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:_SHOWN_CHARS]
