"""What a reader makes of characters: digits of any script, marks, and what cannot be seen."""

from __future__ import annotations

import re
from unicodedata import category, normalize

_ZEROS = (
    "٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀႐០᠐᥆᧐᪀᪐᭐᮰᱀᱐꘠꣐꤀꧐꧰꩐꯰０"
    "\U000104a0\U00010d30\U00011066\U000110f0\U00011136\U000111d0\U000112f0\U00011450\U000114d0"
    "\U00011650\U000116c0\U00011730\U000118e0\U00011950\U00011c50\U00011d50\U00011da0"
    "\U0001e140\U0001e2f0\U0001e950"
)
"""The zero of every script that has its own; the other nine follow it."""
DIGITS = {ord(zero) + n: str(n) for zero in _ZEROS for n in range(10)}
"""For `str.translate`: each script's digits as 0 to 9."""

_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
UNSEEN = re.compile(f"[{_UNSEEN}]")
"""Soft hyphens, joiners, marks of direction and order, selectors of a variant."""
ORDER_MARKS = "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Those that are of no letter: at the edge of a word they can go."""
LEFT_OUT = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a]"
    "|(?<=[\u0400-\u04ff])[\u0300\u0301]"
)
"""What a word may be written with or without: vowel points, Cyrillic stress."""
SAME_LETTERS = {ord("ي"): "ی", ord("ك"): "ک"}
"""For `str.translate`: Arabic yeh and kaf as Persian writes them."""
_SAME: dict[int, str] = DIGITS | SAME_LETTERS | {ord("ـ"): ""}
_WIDE = re.compile("[\uff01-\uffee]+")
"""Full-width letters and half-width kana."""
_PLAIN_ALREADY = re.compile(
    "[^\u00ad\u0130\u0300-\u1dff\u200b-\u200f\u202a-\u206f\u3099\u309a\u3164"
    "\ua620-\uabff\ufb1d-\uffff\U00010000-\U0010ffff]*"
)


def is_mark(character: str) -> bool:
    """Whether a character is a mark on the letter before it, such as a vowel sign."""
    return not character.isascii() and category(character).startswith("M")


def is_letter(character: str) -> bool:
    """Whether a character is of a word: a letter, a digit, an underscore, a mark on one."""
    return character.isalnum() or character == "_" or is_mark(character)


def visible(text: str) -> str:
    """`text` without the characters that cannot be seen."""
    return text if text.isascii() else UNSEEN.sub("", text)


def plain(text: str) -> str:
    """`text` in small letters, one way for all that a reader takes for the same.

    Characters are composed, digits are 0 to 9; what cannot be seen and marks that may be
    left out are left out.
    """
    if text.isascii() or _PLAIN_ALREADY.fullmatch(text):
        return text.lower()
    narrow = _WIDE.sub(lambda found: normalize("NFKC", found[0]), visible(text))
    composed = normalize("NFC", narrow)
    same = LEFT_OUT.sub("", composed).translate(_SAME)
    return same.lower().replace("i\u0307", "i")
