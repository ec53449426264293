"""The blanks of a masked text and the words around each."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from masksearch.schemas import MASK
from masksearch.text import CJK, UNIT

MAX_WORDS_BEFORE, WORDS_AFTER = 30, 4
"""A restatement runs from the start of the text, or from the blank before, to a few words
after the blank. A small model that learns from it copies forward from a place that is easy
to find; asked to start some words before a blank, it starts in the wrong place."""
_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")


class Word(NamedTuple):
    """A word, case folded, and where it stands."""

    text: str
    start: int
    end: int


class Blank(NamedTuple):
    """One blank: its number from 1, and the text between its neighbouring blanks."""

    number: int
    before: str
    after: str

    @property
    def context(self) -> str:
        """The blank amid the words around it, on one line."""
        return " ".join(f"{self._left}{MASK}{self._right}".split())

    def filled(self, fill: str) -> str:
        """The context with the fill in brackets in the blank's place."""
        return " ".join(f"{self._left}[{fill}]{self._right}".split())

    @property
    def query(self) -> str:
        """The words around the blank, without it."""
        return " ".join(f"{self._left} {self._right}".split())

    @property
    def _left(self) -> str:
        words = list(UNIT.finditer(self.before))
        cut = len(words) > MAX_WORDS_BEFORE
        return self.before[words[-MAX_WORDS_BEFORE].start() :] if cut else self.before

    @property
    def _right(self) -> str:
        words = list(UNIT.finditer(self.after))
        cut = len(words) > WORDS_AFTER
        return self.after[: words[WORDS_AFTER - 1].end()] if cut else self.after


def blanks_of(text: str) -> list[Blank]:
    """The blanks of a masked text, in order."""
    pieces = text.split(MASK)
    return [
        Blank(number, before, after) for number, (before, after) in enumerate(pairwise(pieces), 1)
    ]


def words(text: str) -> list[Word]:
    """The words of a text with their offsets, or characters of Chinese and Japanese."""
    return [Word(m[0].casefold(), m.start(), m.end()) for m in _WORD.finditer(text)]
