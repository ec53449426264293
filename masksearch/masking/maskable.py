"""Which spans may be masked: none whose answer the solver could read off the task."""

from __future__ import annotations

import re
from collections.abc import Iterable

from masksearch.schemas import Interval, Passage, Span
from masksearch.text import normalise, tokens, words_after, words_before

MIN_CHARS = 2
MAX_WORDS = 10
CONTEXT_WORDS = 6
"""Words that must stand on one side of a mask, in the window."""

_SMALL_WORDS = {"of", "and", "in", "on", "for", "to", "at", "by", "from", "with", "or"}


def maskable_spans(passage: Passage, window: Interval, spans: Iterable[Span]) -> list[Span]:
    """The spans in a window of the passage that may be masked, in text order."""
    text = passage.text[window.start : window.end]
    named = title_words(passage.title)
    return [
        span
        for span in spans
        if window.start <= span.start
        and span.end <= window.end
        and is_whole(text, span.interval.shifted(-window.start))
        and not touches_title(span.text, named)
        and stands_once(text, span.text)
        and _has_context(text, span.interval.shifted(-window.start))
    ]


def is_whole(text: str, where: Interval) -> bool:
    """Whether a range is made of whole words, 2 characters to 10 words, nothing attached.

    `Darwin` in `Darwin's` or `Saxon` in `Anglo-Saxon` is not: a hit could not show it.
    """
    shown = text[where.start : where.end]
    if len(shown) < MIN_CHARS or shown != shown.strip() or not normalise(shown):
        return False
    before = re.search(r"\S*\Z", text[: where.start])
    after = re.match(r"\S*", text[where.end :])
    attached = f"{before[0] if before else ''}{after[0] if after else ''}"
    return len(shown.split()) <= MAX_WORDS and not re.search(r"\w", attached)


def title_words(title: str) -> frozenset[str]:
    """The words of a title that a mask must not touch."""
    return frozenset(_words(title)) - _SMALL_WORDS


def touches_title(text: str, named: frozenset[str]) -> bool:
    """Whether a text shares a word, or a form of one, with the title."""
    return any(_akin(word, name) for word in _words(text) for name in named)


def stands_once(text: str, wanted: str) -> bool:
    """Whether `wanted` begins at one word only, whatever its case: plurals count too."""
    low, sought = " ".join(text.lower().split()), " ".join(wanted.lower().split())
    first = _find_word(low, sought, 0)
    return first >= 0 and _find_word(low, sought, first + 1) < 0


def _find_word(text: str, wanted: str, start: int) -> int:
    at = text.find(wanted, start)
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at = text.find(wanted, at + 1)
    return at


def _words(text: str) -> list[str]:
    return [word for token in tokens(text.replace("-", " ")) for word in re.findall(r"\w+", token)]


def _akin(word: str, name: str) -> bool:
    """Equal, or forms of one word: `Albania` and `Albanian`, `anarchist` and `anarchism`."""
    short, long = sorted((word, name), key=len)
    if word == name or (len(short) >= 4 and long.startswith(short)):
        return True
    common = next(
        (n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    return common >= 5 and common >= 0.7 * len(long)


def _has_context(text: str, where: Interval) -> bool:
    sides = (
        words_before(text, where.start, CONTEXT_WORDS),
        words_after(text, where.end, CONTEXT_WORDS),
    )
    return any(len(side.split()) == CONTEXT_WORDS for side in sides)
