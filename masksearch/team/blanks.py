"""The blanks of a masked text and the words around each."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from masksearch.schemas import MASK

WORDS_BEFORE, WORDS_AFTER = 2, 6
"""What is restated of a blank's context. A small model that learns from it finds the blank
first and then its neighbours; the further back a restatement starts, the more often it
starts in the wrong place."""
WORDS_BEFORE_AN_END = 6
"""Restated before a blank that hardly anything follows."""
_HARDLY = 3
_WORD = re.compile(r"\w+")


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
        """The blank amid the few words around it, on one line."""
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
        words = list(re.finditer(r"\S+", self.before))
        count = WORDS_BEFORE if len(self.after.split()) >= _HARDLY else WORDS_BEFORE_AN_END
        return self.before[words[-count].start() :] if len(words) > count else self.before

    @property
    def _right(self) -> str:
        words = list(re.finditer(r"\S+", self.after))
        count = WORDS_AFTER
        return self.after[: words[count - 1].end()] if len(words) > count else self.after


def blanks_of(text: str) -> list[Blank]:
    """The blanks of a masked text, in order."""
    pieces = text.split(MASK)
    return [
        Blank(number, before, after) for number, (before, after) in enumerate(pairwise(pieces), 1)
    ]


def words(text: str) -> list[Word]:
    """The words of a text with their offsets, punctuation left out."""
    return [Word(m[0].casefold(), m.start(), m.end()) for m in _WORD.finditer(text)]
