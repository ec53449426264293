"""Holes that removed markup leaves in a sentence: closed where nothing was said, else seen."""

from __future__ import annotations

import re
from typing import NamedTuple

from masksearch.corpus.marks import CLOSE, FILLED, GAPS, LINK_MARKS, NUMBERED, OPEN, SOUND

_LINK_TAGS = rf"(?:{OPEN}\d+{NUMBERED}|{CLOSE})*"
_BEFORE = re.compile(rf"(\S?){_LINK_TAGS}([^\S\n]*){_LINK_TAGS}\Z")
_AFTER = re.compile(rf"{_LINK_TAGS}([^\S\n]*){_LINK_TAGS}(\S?)")
_SENTENCE_ENDS, _PAUSES = '.!?…。！？”"', ",;，；、"
_OPENING, _CLOSING = "([{（［「『〈《“‘«", ")]}）］」』〉》”’»"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_CURRENCIES = "$£€¥₹"
_NEAR = 40
_LAST_WORD = re.compile(r"(\w+)\W*\Z")
_NEED_A_WORD = {
    *("pronounced", "sound", "sounds", "phoneme", "vowel", "consonant", "diphthong", "letter"),
    *("as", "or", "and", "for", "is", "was", "like", "with", "from", "to", "in", "of"),
    *("named", "called", "gesprochen", "wie", "oder", "und", "prononcé", "et", "ou", "o"),
}

_STRAY_MARKS = re.compile(f"{OPEN}(?!\\d+{NUMBERED})|(?<!\\d){NUMBERED}|{GAPS.pattern}")
_CLOSINGS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"([(（])\s*(?:[,;:，；、：–-]\s*)+", r"\1"),
        (r"(?:\s?[,;:，；、：]){0,8}\s?([)）])", r"\1"),
        (r"\(\s+", "("),
        (r"[(（][)）]|\[\s?\]", ""),
        (r",(?:\s?,)+", ","),
        (r"\s(?=[,.，。](?:\s|$))", ""),
    )
)
_MAY_HAVE_HOLES = re.compile(
    r"[(（]\s*[,;:，；、：–)）\s-]|[,;:，；、：\s][)）]|\[\s?\]|,\s?,|\s[,.，。](?:\s|$)"
)
_ROUNDS = 4
"""Holes within holes that are closed; more are nobody's text."""


def is_damaged(block: str) -> bool:
    """Whether a template that is gone was part of a sentence, and not a note beside it.

    A note is glued to the word before it, stands between sentences, or stands alone in a
    bracket or in its block.
    """
    return any(_is_word(block, match.start()) for match in GAPS.finditer(block))


def close_holes(block: str) -> str:
    """The block on one line without empty brackets and lonely or doubled punctuation."""
    block = " ".join(_STRAY_MARKS.sub("", block).split())
    for _ in range(_ROUNDS):
        if not _MAY_HAVE_HOLES.search(block):
            break
        for hole, by in _CLOSINGS:
            block = hole.sub(by, block)
        block = " ".join(block.split())
    return block


class _Place(NamedTuple):
    """What stands around a gap, and whether white space does."""

    near: str
    before: str
    is_apart: bool
    is_apart_after: bool
    after: str

    @property
    def goes_on(self) -> bool:
        """Whether a sentence goes on after it that cannot have begun there."""
        return self.after.islower() or (bool(self.after) and self.after in _PAUSES)

    @property
    def glues(self) -> bool:
        """Whether it has no space on either side, within one script."""
        glued = not self.is_apart and not self.is_apart_after and self.after.isalnum()
        return glued and bool(_CJK.match(self.before)) == bool(_CJK.match(self.after))


def _place(block: str, at: int) -> _Place:
    near = GAPS.sub("", block[max(0, at - _NEAR) : at])
    left = _BEFORE.search(near)
    right = _AFTER.match(GAPS.sub("", block[at + 1 : at + _NEAR]))
    return _Place(
        near,
        *((left[1], bool(left[2])) if left else ("", True)),
        *((bool(right[1]), right[2]) if right else (True, "")),
    )


def _is_word(block: str, at: int) -> bool:
    place, kind = _place(block, at), block[at]
    before, after = place.before, place.after
    said_after = bool(after) and after not in _CLOSING + _PAUSES + _SENTENCE_ENDS
    if not before:
        return place.goes_on
    if before in _OPENING:
        return said_after
    if before in _SENTENCE_ENDS:
        return place.goes_on and place.is_apart
    if before in _PAUSES:
        return place.is_apart and (said_after or kind == FILLED)
    if not place.is_apart:
        return place.glues or kind == FILLED or before in _CURRENCIES
    if kind == SOUND:
        return (after.isalnum() and before not in _CLOSING) or _needs_a_word(place.near)
    return True


def _needs_a_word(before: str) -> bool:
    """Whether a pronunciation there is what the sentence speaks of: `pronounced /…/`."""
    word = _LAST_WORD.search(LINK_MARKS.sub("", before))
    return word is not None and word[1] in _NEED_A_WORD
