"""What may be asked: the same limits for every back end, and for the server."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.errors import QueryError

MAX_QUERY_CHARS = 4_000
MAX_TOP_K = 1_000
_SHOWN_CHARS = 120


def checked_queries(queries: Sequence[str], top_k: int) -> list[str]:
    """The queries of a turn on one line each; raises QueryError saying what is wrong."""
    if not queries:
        raise QueryError("no query was given")
    if not 1 <= top_k <= MAX_TOP_K:
        raise QueryError(f"top_k is {top_k}, but 1 to {MAX_TOP_K} hits can be asked for")
    return [_checked(query) for query in queries]


def _checked(query: str) -> str:
    if len(query) > MAX_QUERY_CHARS:
        raise QueryError(
            f"the query has {len(query):,} characters, {MAX_QUERY_CHARS:,} are the most"
        )
    if not any(letter.isalnum() for letter in query):
        raise QueryError(f"no word to search for in the query {query[:_SHOWN_CHARS]!r}")
    return " ".join(query.split())
