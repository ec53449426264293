"""The words of a text that a search would look for: not `the`, and not `which`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from masksearch.search.analysis import QueryAnalyser
from masksearch.team.blanks import Word, words


def telling_words(text: str) -> list[Word]:
    """Such words as they stand, in order."""
    wanted = set(_analyser().terms(text).words)
    return [word for word in words(text) if word.text in wanted]


def stems(found: Iterable[Word]) -> set[str]:
    """What such words have in common with other forms of theirs."""
    return {_analyser().stem(word.text) for word in found}


@lru_cache(maxsize=1)
def _analyser() -> QueryAnalyser:
    return QueryAnalyser()
