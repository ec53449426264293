"""Stretches of a passage that are short enough for a recipe."""

from __future__ import annotations

import re

from masksearch.schemas import Interval

_CLOSING, _OPENING = r"[\"'”’)\]]*", r"[\"'“‘(\[]?"
_SENTENCE_END = re.compile(rf"([.!?]{_CLOSING})(?:\s+(?={_OPENING}[A-Z0-9])|\s*\Z)")
_ABBREVIATION = re.compile(r"(?:\b(?:[A-Z]|[Nn]o|[A-Z][a-z]|Mrs|vs|St|c|ca|Inc|Prof|Capt|Gen))\.\Z")
_WORD_END = re.compile(r"\S(?=\s|\Z)")


def windows(text: str, longest: int | None) -> list[Interval]:
    """Windows of at most `longest` characters that begin with a sentence, in text order.

    A window ends with a sentence where that keeps at least half of `longest`, else with
    a word. The whole text is the only window when it is short enough or `longest` is None.
    """
    if longest is None or len(text) <= longest:
        return [Interval(0, len(text))]
    sentences = [
        match
        for match in _SENTENCE_END.finditer(text)
        if not _ABBREVIATION.search(text, max(0, match.start() - 8), match.start() + 1)
    ]
    starts = [0, *(match.end() for match in sentences)]
    ends = [match.end(1) for match in sentences]
    found = [_window(text, start, longest, ends) for start in starts]
    return [window for window in found if window.end - window.start >= longest // 2]


def _window(text: str, start: int, longest: int, sentence_ends: list[int]) -> Interval:
    limit = min(start + longest, len(text))
    ends = [end for end in sentence_ends if start + longest // 2 <= end <= limit]
    if ends:
        return Interval(start, ends[-1])
    words = [match.end() for match in _WORD_END.finditer(text, start, limit)]
    if limit < len(text) and words and words[-1] == limit and not text[limit].isspace():
        words.pop()
    return Interval(start, words[-1] if words else start)
