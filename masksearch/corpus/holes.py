"""Holes that removed markup leaves in a sentence: closed where nothing was said, else seen."""

from __future__ import annotations

import re

from masksearch.corpus.marks import CLOSE, GAP, LINK_MARKS, NUMBERED, OPEN, SOUND

_LINK_TAGS = rf"(?:{OPEN}\d+{NUMBERED}|{CLOSE})*"
_BEFORE = re.compile(rf"(\S?){_LINK_TAGS}([^\S\n]*){_LINK_TAGS}\Z")
_AFTER = re.compile(rf"{_LINK_TAGS}([^\S\n]*){_LINK_TAGS}(\S?)")
_SENTENCE_ENDS, _PAUSES = '.!?…。！？”"', ",;，；、"
_OPENING, _CLOSING = "([{（［「『〈《“‘«", ")]}）］」』〉》”’»"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_NEAR = 40
_GAP = re.compile(f"[{GAP}{SOUND}]")
_LAST_WORD = re.compile(r"(\w+)\W*\Z")
_NEED_A_WORD = {
    *(
        "pronounced",
        "as",
        "or",
        "and",
        "for",
        "is",
        "was",
        "like",
        "with",
        "from",
        "to",
        "in",
        "of",
    ),
    *("sound", "sounds", "phoneme", "vowel", "consonant", "diphthong", "named", "called", "letter"),
    *("gesprochen", "wie", "prononcé", "произносится", "sprich", "oder", "et", "ou", "und", "o"),
}

_STRAY_MARKS = re.compile(f"{OPEN}(?!\\d+{NUMBERED})|(?<!\\d){NUMBERED}|[{GAP}{SOUND}]")
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
    return any(_is_word(block, match.start()) for match in _GAP.finditer(block))


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


def _is_word(block: str, at: int) -> bool:
    near = _GAP.sub("", block[max(0, at - _NEAR) : at])
    left = _BEFORE.search(near)
    right = _AFTER.match(_GAP.sub("", block[at + 1 : at + _NEAR]))
    before, is_apart = (left[1], bool(left[2])) if left else ("", True)
    is_apart_after, after = (bool(right[1]), right[2]) if right else (True, "")
    said_after = bool(after) and after not in _CLOSING + _PAUSES + _SENTENCE_ENDS
    if not before:
        return after.islower()
    if before in _OPENING:
        return said_after
    if before in _SENTENCE_ENDS:
        return False
    if before in _PAUSES:
        return is_apart and said_after
    if not is_apart:
        glued = not is_apart_after and after.isalnum()
        return glued and (bool(_CJK.match(before)) == bool(_CJK.match(after)))
    if block[at] == GAP:
        return True
    return (after.isalnum() and before not in _CLOSING) or _needs_a_word(near)


def _needs_a_word(before: str) -> bool:
    """Whether a pronunciation there is what the sentence speaks of: `pronounced /…/`."""
    word = _LAST_WORD.search(LINK_MARKS.sub("", before))
    return bool(word) and word[1] in _NEED_A_WORD
