"""The blanks of a masked text and the words around each."""

from __future__ import annotations

import re
from typing import NamedTuple

from masksearch.schemas import MASK
from masksearch.sentences import OPENING
from masksearch.text import CJK, UNIT

MAX_WORDS_BEFORE, WORDS_AFTER = 30, 4
"""A restatement runs from the start of the text, or from the blank before, to a few words
after the blank. A small model that learns from it copies forward from a place that is easy
to find; asked to start some words before a blank, it starts in the wrong place."""
MIN_WORDS = 3
"""With fewer of its own a blank is restated with what stands beyond its neighbour."""
_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
_LOOSE_START = re.compile(rf"[^\w$£€]*?(?=[{re.escape(OPENING)}]*[\w$£€])")
_LOOSE_END = re.compile(rf"(?:[,;:]|\s+[{re.escape(OPENING)}–—-]*)+\Z")


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
    earlier: str = ""
    """The masked text up to and with the blank before."""
    later: str = ""
    """The masked text from the blank after on."""

    @property
    def context(self) -> str:
        """The blank amid the words around it, on one line."""
        return " ".join(f"{self.left}{MASK}{self.right}".split())

    @property
    def left(self) -> str:
        """The words before the blank that are restated."""
        before = f"{self.earlier}{self.before}" if self._is_alone else self.before
        units = list(UNIT.finditer(before))
        if len(units) > MAX_WORDS_BEFORE:
            return _without_loose_start(before[units[-MAX_WORDS_BEFORE].start() :])
        begins = self._is_alone or self.number == 1
        return before if begins else _without_loose_start(before)

    @property
    def right(self) -> str:
        """The words after the blank that are restated."""
        after = f"{self.after}{self.later}" if self._is_alone and self.number == 1 else self.after
        units = list(UNIT.finditer(after))
        if len(units) <= WORDS_AFTER and not self.later:
            return after
        cut = after[: units[min(len(units), WORDS_AFTER) - 1].end()] if units else after
        return _LOOSE_END.sub("", cut) if words(cut) else cut

    @property
    def _is_alone(self) -> bool:
        return len(words(self.before + self.after)) < MIN_WORDS


def blanks_of(text: str) -> list[Blank]:
    """The blanks of a masked text, in order."""
    at = [found.span() for found in re.finditer(re.escape(MASK), text)]
    edges = [0, *(edge for where in at for edge in where), len(text)]
    return [
        Blank(
            number,
            text[edges[2 * number - 2] : start],
            text[end : edges[2 * number + 1]],
            text[: edges[2 * number - 2]],
            text[edges[2 * number + 1] :],
        )
        for number, (start, end) in enumerate(at, 1)
    ]


def _without_loose_start(text: str) -> str:
    """A text without what at its beginning is of the words before it, such as `, ` or `") `."""
    loose = _LOOSE_START.match(text)
    return text[loose.end() :] if loose else text


def words(text: str) -> list[Word]:
    """The words of a text with their offsets, or characters of Chinese and Japanese."""
    return [Word(m[0].casefold(), m.start(), m.end()) for m in _WORD.finditer(text)]
