"""Which spans may be masked: none whose answer the solver could read off the task."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from masksearch.schemas import Interval, Passage, Span
from masksearch.spans.words import is_cjk, stands_alone
from masksearch.text import UNIT, simplified, tokens

MIN_CHARS = 2
MAX_WORDS = 10
CONTEXT_WORDS = 6
"""Words, or Chinese characters, that must stand on one side of a mask, in the window."""

_SMALL_WORDS = {
    *("of", "and", "in", "on", "for", "to", "at", "by", "from", "with", "or"),
    *("de", "la", "le", "les", "du", "des", "et", "der", "die", "das", "und", "von", "zu", "im"),
    *("el", "los", "las", "del", "y", "di", "il", "da", "do", "dos", "e", "и", "в", "на", "с"),
}


class Window:
    """A window of a passage, with what the rules want to know of it worked out once."""

    def __init__(self, passage: Passage, where: Interval, named: frozenset[str]) -> None:
        self.where = where
        self.text = passage.text[where.start : where.end]
        self._flat = _flat(self.text)
        self._starts = [unit.start() for unit in UNIT.finditer(self.text)]
        self._named = named

    @property
    def num_words(self) -> int:
        """Words, or Chinese characters, in the window."""
        return len(self._starts)

    def maskable(self, spans: Iterable[Span]) -> list[Span]:
        """The spans in the window that may be masked, in text order."""
        start, end = self.where
        return [s for s in spans if start <= s.start and s.end <= end and self._may_mask(s)]

    def _may_mask(self, span: Span) -> bool:
        place = span.interval.shifted(-self.where.start)
        return (
            self._has_context(place)
            and _begins_once(self._flat, _flat(span.text))
            and is_whole(self.text, place)
            and not touches_title(span.text, self._named)
        )

    def _has_context(self, place: Interval) -> bool:
        before = bisect_left(self._starts, place.start)
        after = len(self._starts) - bisect_left(self._starts, place.end)
        return max(before, after) >= CONTEXT_WORDS


def maskable_spans(passage: Passage, window: Interval, spans: Iterable[Span]) -> list[Span]:
    """The spans in a window of the passage that may be masked, in text order."""
    return Window(passage, window, title_words(passage.title)).maskable(spans)


def is_whole(text: str, where: Interval) -> bool:
    """Whether a range is made of whole words, 2 characters to 10 words, nothing attached.

    `Darwin` in `Darwin's` or `Saxon` in `Anglo-Saxon` is not: a hit could not show it.
    """
    shown = text[where.start : where.end]
    if len(shown) < MIN_CHARS or shown != shown.strip():
        return False
    short = len(UNIT.findall(shown)) <= MAX_WORDS
    return short and stands_alone(text, where) and bool(tokens(shown))


def title_words(title: str) -> frozenset[str]:
    """The words of a title that a mask must not touch."""
    return frozenset(_words(title)) - _SMALL_WORDS


def touches_title(text: str, named: frozenset[str]) -> bool:
    """Whether a text shares a word, or a form of one, with the title."""
    return any(_akin(word, name) for word in _words(text) for name in named)


def stands_once(text: str, wanted: str) -> bool:
    """Whether `wanted` begins at one word only, whatever its case: plurals count too."""
    return _begins_once(_flat(text), _flat(wanted))


def _flat(text: str) -> str:
    return simplified(" ".join(text.lower().split()))


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
    joined = before.isalnum() or before == "_"
    return joined and not is_cjk(before) and not is_cjk(text[at])


def _words(text: str) -> Iterator[str]:
    """The words of a text; of Chinese and Japanese, which hide them, every two characters."""
    for of_one_character, run in groupby(tokens(text.replace("-", " ")), key=is_cjk):
        if of_one_character:
            characters = list(run)
            yield from [a + b for a, b in pairwise(characters)] or characters
        else:
            yield from (word for token in run for word in re.findall(r"\w+", token))


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
