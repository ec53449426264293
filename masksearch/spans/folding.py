"""A text as patterns read it: one form of digits, gaps and signs, nothing unseen in between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import is_normalized, normalize

import regex

from masksearch.characters import DIGITS, LEFT_OUT, SAME_LETTERS, UNSEEN
from masksearch.schemas import Interval

_GRAPHEME = regex.compile(r"\X")
_BETWEEN_DIGITS = re.compile(
    r"(?<=[０-９])[，．](?=[０-９])|(?<=[٠-٩۰-۹])،(?=[٠-٩۰-۹])|(?<=\d)[’ʼ＇](?=\d)"
)
_MARKS = {"，": ",", "．": ".", "،": ",", "’": "'", "ʼ": "'", "＇": "'"}
_UNUSUAL = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u1dff\u1f00-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3099"
    "\u309a\u3164\ua620-\uabff\ufb1d-\uffff\U00010000-\U0010ffff]"
)
"""Characters of which some have another form; a text without them is its own form."""
_UNSEEN_END = re.compile(f"(?:{UNSEEN.pattern})+$")
_SAME: dict[int, str] = {
    **DIGITS,
    **SAME_LETTERS,
    **dict.fromkeys(map(ord, "\u2007\u2008\u2009\u200a\u202f\u205f"), "\u00a0"),
    **dict.fromkeys(map(ord, "﹣－"), "\u2212"),
    **{ord("٫"): ".", ord("٬"): ",", ord("٪"): "%", ord("％"): "%", ord("﹪"): "%"},
    **{ord("＋"): "+", ord("￥"): "¥", ord("＄"): "$", ord("￡"): "£", ord("\u3000"): "\u00a0"},
}


class FoldedText(NamedTuple):
    """The form that patterns read, and where each of its characters stands in the text."""

    text: str
    places: Sequence[Interval] = ()
    """Empty where all stand where they stood."""

    def place(self, start: int, end: int) -> Interval:
        """Where a stretch of the form stands in the text, in whole graphemes."""
        if not self.places or start == end:
            return Interval(start, end)
        return Interval(self.places[start].start, self.places[end - 1].end)


@lru_cache(maxsize=8)
def folded(text: str) -> FoldedText:
    """The form of a text in which patterns look for dates and figures."""
    if text.isascii() or not (_UNUSUAL.search(text) or _BETWEEN_DIGITS.search(text)):
        return FoldedText(text)
    if not (UNSEEN.search(text) or LEFT_OUT.search(text)) and is_normalized("NFC", text):
        return FoldedText(_same(text))
    characters: list[str] = []
    places: list[Interval] = []
    for found in _GRAPHEME.finditer(text):
        kept = LEFT_OUT.sub("", normalize("NFC", UNSEEN.sub("", found[0])))
        end = found.start() + len(_UNSEEN_END.sub("", found[0]))
        characters.extend(kept)
        places.extend([Interval(found.start(), end)] * len(kept))
    return FoldedText(_same("".join(characters)), places)


def same_letters(pattern: str) -> str:
    """A regular expression for that form, its letters as they stand there."""
    return normalize("NFC", pattern).translate(SAME_LETTERS)


def _same(text: str) -> str:
    return _BETWEEN_DIGITS.sub(lambda mark: _MARKS[mark[0]], text).translate(_SAME)
