"""Whether a stretch of text stands alone, in languages with and without spaces.

Where words have no spaces between them, a span is trusted to be whole: a link, a name or a
date is, whatever Chinese character or hiragana follows it. Elsewhere no letter or figure
may be attached, not even by a hyphen.
"""

from __future__ import annotations

import re
from itertools import takewhile

from masksearch.schemas import Interval
from masksearch.text import CJK

_CJK = re.compile(rf"[{CJK}]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]")
_PARTICLE = re.compile(
    "은|는|이|가|을|를|의|에|에서|에게|로|으로|와|과|도|만|까지|부터|보다|이나|나|인|이다|이며|이고|라는|이라는"
)
"""What Korean attaches to a word that is whole without it."""


def is_cjk(text: str) -> bool:
    """Whether a text begins with a character of Chinese or Japanese."""
    return _CJK.match(text) is not None


def stands_alone(text: str, where: Interval) -> bool:
    """Whether no letter or figure is attached to a range on either side."""
    return not _attached_before(text, where.start) and not _attached_after(text, where.end)


def _attached_before(text: str, start: int) -> bool:
    if start == 0 or text[start - 1].isspace():
        return False
    if start < len(text) and (found := _joined(text[start - 1], text[start])) is not None:
        return found
    return _has_letter("".join(takewhile(_joins, reversed(text[:start]))))


def _attached_after(text: str, end: int) -> bool:
    if end == len(text) or text[end].isspace():
        return False
    if end and (found := _joined(text[end - 1], text[end])) is not None:
        return found
    attached = "".join(takewhile(_joins, text[end:]))
    letters = re.match(r"\w*", attached)
    if letters and _PARTICLE.fullmatch(letters[0]):
        attached = attached[letters.end() :]
    return _has_letter(attached)


def _joins(character: str) -> bool:
    return not character.isspace() and not is_cjk(character)


def _joined(left: str, right: str) -> bool | None:
    """Whether two neighbours are of one word, where one of them is Chinese or Japanese.

    Katakana is: it writes one foreign word after another. None where neither is of these.
    """
    if left.isascii() and right.isascii():
        return None
    if _KATAKANA.match(left) and _KATAKANA.match(right):
        return True
    return False if is_cjk(left) or is_cjk(right) else None


def _has_letter(text: str) -> bool:
    return any(character.isalnum() or character == "_" for character in text)
