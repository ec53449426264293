"""Whether a stretch of text stands alone, in languages with and without spaces.

Where words have no spaces between them, a span is trusted to be whole: a link, a name or a
date is, whatever Chinese character or hiragana follows it. Elsewhere no letter, mark or figure
may be attached, not even by a hyphen. Nowhere is a character cut from the marks on it.
"""

from __future__ import annotations

import re
from itertools import takewhile
from unicodedata import normalize

import regex

from masksearch.characters import is_letter
from masksearch.schemas import Interval
from masksearch.text import CJK, SOUTHEAST_ASIAN

_CJK = re.compile(rf"[{CJK}]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]")
_PARTICLE = re.compile(
    "은|는|이|가|을|를|의|에|에서|에게|로|으로|와|과|도|만|까지|부터|보다|이나|나|인|이다|이며|이고|라는|이라는"
)
"""What Korean attaches to a word that is whole without it."""
_HEBREW_PREFIX = re.compile(r"(?<!\w)[ובלמהשכ]{1,3}[-־–]\Z")
_TURKISH_SUFFIX = re.compile(r"['’](?:[dt][ea](?:n|ki)?|n?[ıiuü]n|[yn]?[ıiuüea]|l[ea]r\w*)(?!\w)")
"""What Hebrew and Turkish attach to a figure."""
_WORD_BREAK = re.compile(f"(?<=[{SOUTHEAST_ASIAN}])\u200b(?=[{SOUTHEAST_ASIAN}])")
"""What may stand between words in Thai, Lao, Burmese and Khmer."""
_GRAPHEME = regex.compile(r"\X")
_LONGEST_GRAPHEME = 32


def is_cjk(text: str) -> bool:
    """Whether a text begins with a character of Chinese or Japanese."""
    return _CJK.match(text) is not None


def stands_alone(text: str, where: Interval) -> bool:
    """Whether no letter, mark or figure is attached to a range on either side."""
    if _is_inside_grapheme(text, where.start) or _is_inside_grapheme(text, where.end):
        return False
    return not _attached_before(text, where.start) and not _attached_after(text, where.end)


def _is_inside_grapheme(text: str, at: int) -> bool:
    if not 0 < at < len(text) or text[at].isascii() or text[at - 1].isspace():
        return False
    begin, end = max(0, at - _LONGEST_GRAPHEME), at + _LONGEST_GRAPHEME
    return all(found.start() != at for found in _GRAPHEME.finditer(text, begin, end))


def _attached_before(text: str, start: int) -> bool:
    if start == 0 or text[start - 1].isspace() or _WORD_BREAK.match(text, start - 1):
        return False
    if text[start : start + 1].isdigit() and _HEBREW_PREFIX.search(text, 0, start):
        return False
    if start < len(text) and (found := _joined(text[start - 1], text[start])) is not None:
        return found
    return _has_letter("".join(takewhile(_joins, reversed(text[:start]))))


def _attached_after(text: str, end: int) -> bool:
    if end == len(text) or text[end].isspace() or _WORD_BREAK.match(text, end):
        return False
    if end and text[end - 1].isdigit() and _TURKISH_SUFFIX.match(text, end):
        return False
    if end and (found := _joined(text[end - 1], text[end])) is not None:
        return found
    attached = "".join(takewhile(_joins, text[end:]))
    letters = re.match(r"\w*", attached)
    if letters and _PARTICLE.fullmatch(normalize("NFC", letters[0])):
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
    return any(map(is_letter, text))
