"""Which spans may be masked: none whose answer the solver could read off the task."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

import regex

from masksearch.characters import is_letter, plain
from masksearch.schemas import Interval, Passage, Span
from masksearch.spans.whole_figures import cuts_figure
from masksearch.spans.words import is_cjk, stands_alone
from masksearch.text import CJK, SOUTHEAST_ASIAN, UNIT, simplified, tokens

MIN_CHARS = 2
MAX_WORDS = 10
CONTEXT_WORDS = 6
"""Words, or Chinese characters, that must stand on one side of a mask, in the window."""

_WORD = regex.compile(r"[\w\p{M}]+")
_CONTEXT = re.compile(rf"[{CJK}]|[{SOUTHEAST_ASIAN}]{{1,5}}|[^\s{CJK}{SOUTHEAST_ASIAN}]+")
"""A word of the context; where words cannot be told apart, five letters."""
_UNSPACED = re.compile(f"[{CJK}{SOUTHEAST_ASIAN}]")
_SURELY = 3 * CONTEXT_WORDS
"""Spaces that surely stand between enough words, however many stand together."""
_STEM, _LONGEST_ARTICLE = 4, 3
_SMALL_WORDS = {
    *("of", "and", "in", "on", "for", "to", "at", "by", "from", "with", "or"),
    *("de", "la", "le", "les", "du", "des", "et", "der", "die", "das", "und", "von", "zu", "im"),
    *("el", "los", "las", "del", "y", "di", "il", "da", "do", "dos", "e", "и", "в", "на", "с"),
}


class Names:
    """The words of a title, and quickly whether a text touches one of them."""

    def __init__(self, title: str) -> None:
        self._words = title_words(title)
        # Two forms of a word begin alike, so most words need no closer look.
        self._starts = {name[:_STEM] for name in self._words}
        self._characters = [name for name in self._words if len(name) == 1 and is_cjk(name)]

    def touched(self, text: str) -> bool:
        """Whether a text shares a word, or a form of one, with the title."""
        return any(self._is_near(word) for word in _words(text))

    def _is_near(self, word: str) -> bool:
        if word[:_STEM] in self._starts:
            return any(_akin(word, name) for name in self._words)
        return any(character in word for character in self._characters)


class Window:
    """A window of a passage, with what the rules want to know of it worked out once."""

    def __init__(self, passage: Passage, where: Interval, named: Names) -> None:
        self.where = where
        self.text = passage.text[where.start : where.end]
        self._flat = _flat(self.text)
        self._named = named
        self._lang = passage.lang

    @property
    def num_words(self) -> int:
        """Words, or Chinese characters, in the window."""
        return len(UNIT.findall(self.text))

    def maskable(self, spans: Iterable[Span]) -> list[Span]:
        """The spans in the window that may be masked, in text order."""
        start, end = self.where
        return [s for s in spans if start <= s.start and s.end <= end and self._may_mask(s)]

    def _may_mask(self, span: Span) -> bool:
        place = span.interval.shifted(-self.where.start)
        return (
            self._has_context(place)
            and _begins_once(self._flat, _flat(span.text))
            and is_whole(self.text, place, self._lang)
            and not self._named.touched(span.text)
        )

    def _has_context(self, place: Interval) -> bool:
        spaces = max(self.text.count(" ", 0, place.start), self.text.count(" ", place.end))
        if spaces > _SURELY:
            return True
        before = _CONTEXT.findall(self.text, 0, place.start)
        return max(len(before), len(_CONTEXT.findall(self.text, place.end))) >= CONTEXT_WORDS


def is_whole(text: str, where: Interval, lang: str = "") -> bool:
    """Whether a range is made of whole words and figures, 2 characters to 10 words.

    `Darwin` in `Darwin's` or `Saxon` in `Anglo-Saxon` is not: a hit could not show it.
    `lang` tells which words are of a figure.
    """
    shown = text[where.start : where.end]
    if len(shown) < MIN_CHARS or shown != shown.strip():
        return False
    if len(UNIT.findall(shown)) > MAX_WORDS or not stands_alone(text, where):
        return False
    if cuts_figure(text, where, lang):
        return False
    return (shown.isalnum() and len(shown) > _LONGEST_ARTICLE) or bool(tokens(shown))


def title_words(title: str) -> frozenset[str]:
    """The words of a title that a mask must not touch."""
    return frozenset(_words(title)) - _SMALL_WORDS


def _flat(text: str) -> str:
    return simplified(" ".join(plain(text).split()))


def _begins_once(flat: str, sought: str) -> bool:
    first = _find_word(flat, sought, 0)
    return first >= 0 and _find_word(flat, sought, first + 1) < 0


def _find_word(text: str, wanted: str, start: int) -> int:
    at = text.find(wanted, start)
    while at > 0 and _is_inside(text, at):
        at = text.find(wanted, at + 1)
    return at


def _is_inside(text: str, at: int) -> bool:
    before = text[at - 1]
    return is_letter(before) and not _UNSPACED.match(before) and not _UNSPACED.match(text[at])


def _words(text: str) -> Iterator[str]:
    """The words of a text; of Chinese and Japanese, which hide them, every two characters."""
    for of_one_character, run in groupby(tokens(text.replace("-", " ")), key=is_cjk):
        if of_one_character:
            characters = list(run)
            yield from [a + b for a, b in pairwise(characters)] or characters
        else:
            yield from (word for token in run for word in _WORD.findall(token))


def _akin(word: str, name: str) -> bool:
    """Equal, or forms of one word: `Albania` and `Albanian`, `anarchist` and `anarchism`."""
    if len(name) == 1 and is_cjk(name):
        return name in word
    short, long = sorted((word, name), key=len)
    if word == name or (len(short) >= 4 and long.startswith(short)):
        return True
    common = next(
        (n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    return common >= 5 and common >= 0.7 * len(long)
