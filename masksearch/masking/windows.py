"""Stretches of a passage that are short enough for a recipe, each of whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from masksearch.schemas import Interval
from masksearch.sentences import OPENING, sentences

_OPENED, _CLOSED = "([{（《「『【", ")]}）》」』】"
_QUOTES = ('"', "“”„", "«»")
_UNFINISHED = ",;:([{–—-،؛、，：；"
_SIGNS = ("#", "$", "£", "¥", "€", "−")


def windows(text: str, target: int | None, lang: str = "") -> list[Interval]:
    """Windows of whole sentences that fit into `target` characters, in text order.

    Each begins with another sentence and goes on as long as sentences fit. A sentence that is
    longer than `target` by itself is a window if it is so by no more than a quarter; what is not
    even a quarter of `target` is none. No window leaves a bracket or a quotation open. The
    whole text is the only window when it is short enough or `target` is None.
    """
    if target is None or len(text) <= target:
        return [Interval(0, len(text))]
    found = sentences(text, lang)
    made = (_window(text, found[first:], target) for first in range(len(found)))
    return [window for window in made if window]


def _window(text: str, found: Sequence[Interval], target: int) -> Interval | None:
    """The window that begins with the first of these sentences."""
    start = found[0].start
    if not _begins(text[start : start + 8]):
        return None
    longest = max(target, min(found[0].end - start, target * 5 // 4))
    ends = takewhile(lambda end: end - start <= longest, (one.end for one in found))
    long_enough = [end for end in ends if end - start >= target // 4]
    whole = (end for end in reversed(long_enough) if _is_whole(text[start:end]))
    return next((Interval(start, end) for end in whole), None)


def _begins(shown: str) -> bool:
    """Whether a sentence can begin so, in quotes or not: with a figure or no small letter."""
    first = shown.lstrip(OPENING)[:1]
    return (first.isalnum() and not first.islower()) or first in _SIGNS


def _is_whole(shown: str) -> bool:
    """Whether a text is finished, with all its brackets and quotations."""
    return (
        shown[-1] not in _UNFINISHED
        and [*map(shown.count, _OPENED)] == [*map(shown.count, _CLOSED)]
        and not any(sum(map(shown.count, quotes)) % 2 for quotes in _QUOTES)
    )
