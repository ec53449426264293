"""Stretches of a passage that are short enough for a recipe."""

from __future__ import annotations

import re

from masksearch.schemas import Interval
from masksearch.text import CJK

_CLOSING, _OPENING = r"[\"'”’)\]»]*", "\"'“‘([«„"
_SENTENCE_END = re.compile(rf"([.!?]{_CLOSING})(?:\s+|\Z)|([。！？][”’」』）]*)\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:[A-Z]|[Nn]o|[A-Z][a-z]|Mrs|vs|St|c|ca|Inc|Prof|Capt|Gen))\.\Z")
_WORD_END = re.compile(rf"\S(?=\s|\Z)|[{CJK}。，、！？；：」』）](?=\S)|\S(?=[{CJK}])")


def windows(text: str, longest: int | None) -> list[Interval]:
    """Windows of at most `longest` characters that begin with a sentence, in text order.

    A window ends with a sentence where that keeps at least half of `longest`, else with
    a word. The whole text is the only window when it is short enough or `longest` is None.
    """
    if longest is None or len(text) <= longest:
        return [Interval(0, len(text))]
    sentences = [match for match in _SENTENCE_END.finditer(text) if _ends(text, match)]
    starts = [0, *(match.end() for match in sentences)]
    ends = [match.end(match.lastindex or 0) for match in sentences]
    found = [_window(text, start, longest, ends) for start in starts]
    return [window for window in found if window.end - window.start >= longest // 2]


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends here: not after an abbreviation nor before a small letter."""
    if match[2]:
        return True
    if _ABBREVIATION.search(text, max(0, match.start() - 8), match.start() + 1):
        return False
    follows = text[match.end() : match.end() + 2].lstrip(_OPENING)[:1]
    return not follows.islower()


def _window(text: str, start: int, longest: int, sentence_ends: list[int]) -> Interval:
    limit = min(start + longest, len(text))
    ends = [end for end in sentence_ends if start + longest // 2 <= end <= limit]
    if ends:
        return Interval(start, ends[-1])
    words = [match.end() for match in _WORD_END.finditer(text, start, limit)]
    if limit < len(text) and words and words[-1] == limit and not _is_free(text[limit]):
        words.pop()
    return Interval(start, words[-1] if words else start)


def _is_free(follows: str) -> bool:
    """Whether a word may end before this character."""
    return follows.isspace() or bool(re.match(f"[{CJK}]", follows))
