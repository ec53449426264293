"""Where the sentences of a text end, in any language.

The rules of sentencex and its abbreviations of many languages are the base. A doubtful border
is none here: to overlook one makes a sentence longer, to invent one cuts it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from sentencex import segment

from masksearch.language import base_language
from masksearch.schemas import Interval

OPENING = "\"'“‘‚„([{«‹「『（《〈【¿¡"
CLOSING = "\"'“”’)]}»›」』）》〉】"
STOPS = ".!?…。！？｡।॥۔؟։።။។;"
"""What ends a sentence; `;` is the question mark of Greek, and only there ends one."""
_WIDE_SPACE = re.compile(r"[^\S\n]")
_THAI_GAP = re.compile(
    "(?<=[\u0e01-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e\u0e81-\u0ec5\u0ec8-\u0ecd])"
    r"\s+"
    "(?=[\u0e01-\u0e2e\u0e30-\u0e44\u0e81-\u0ec4])"
)
"""In Thai and Lao, which have no full stop, a space between two words ends a clause."""
_QUOTED_ON = re.compile(r"[\u3041-\u309f]")
"""Hiragana behind a quotation: `「はい。」と言った` is one sentence."""
_INSIDE = re.compile(r"[.\-–—/]")
_LOOKED_BACK = 40
_ORDINAL = re.compile(r"\d{1,2}|[IVXLC]+")
_ORDINAL_LANGUAGES = frozenset(
    {"bs", "cs", "da", "de", "et", "eu", "fi", "fo", "gsw", "hr", "hsb", "hu", "is", "lb", "lv"}
    | {"nb", "nds", "nn", "no", "pl", "sh", "sk", "sl", "sr", "tr"}
)
"""Where `19.` is the nineteenth."""
_NO_VOWEL = re.compile(r"[^\W\d_aeiouyаеёиоуыэюяіїєαεηιουωáéíóúàèùâêîôûäöüåæøœãõ]{2,4}")
_SHORTENED = (
    "al ca ed eds gen prof rev col maj capt gov sen rep hon no nos vol vols fig figs op inc co "
    "jan feb mar apr jun jul aug sep sept oct nov dec approx ave sra srta dña ud uds ee uu av env "
    "éd chap evtl geb gest inkl abb anm aufl hrsg sog dott sig pag bijv im ul ur inż tys np ok woj "
    "tzv např им ул род проф акад англ лат нем тыс напр рис табл डॉ प्रो"
)
"""Abbreviations in small letters; those of one letter or without a vowel need no list."""
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_ONE_WORD = re.compile(r"\S+[.!?]\W*")


def sentences(text: str, lang: str = "") -> list[Interval]:
    """The sentences of a text in order, without the white space between them.

    `lang` is a language's code; where it is unknown, the rules of English hold.
    """
    edges = [0, *_borders(text, base_language(lang)), len(text)]
    pieces = [_stripped(text, start, end) for start, end in pairwise(edges)]
    return _joined(text, [piece for piece in pieces if piece.start < piece.end])


def is_ended(text: str, end: int) -> bool:
    """Whether a full stop or its like, with quotes and brackets behind it, ends at `end`."""
    return text[max(0, end - 8) : end].rstrip(CLOSING).endswith(tuple(STOPS))


def _borders(text: str, lang: str) -> list[int]:
    """Where a sentence may begin other than at the text's beginning."""
    # White space of several bytes makes sentencex panic.
    spaced = text if text.isascii() else _WIDE_SPACE.sub(" ", text)
    cuts = list(accumulate(map(len, segment(lang, spaced))))
    found = [cut for cut in cuts[:-1] if _is_border(text, cut, lang)]
    if not text.isascii():
        found += [gap.end() for gap in _THAI_GAP.finditer(text)]
    return sorted(found)


def _is_border(text: str, cut: int, lang: str) -> bool:
    if "\n" in text[cut - 1 : cut + 1]:
        return True
    before = text[max(0, cut - _LOOKED_BACK) : cut].rstrip()
    bare = before.rstrip(CLOSING)
    if not bare or bare[-1] not in STOPS:
        return False
    follows = text[cut : cut + 4].lstrip().lstrip(OPENING)[:1]
    if follows.islower() or (before[-1] in "」』" and _QUOTED_ON.match(follows)):
        return False
    return bare[-1] != "." or not _is_abbreviation(bare[:-1], lang)


def _is_abbreviation(before_point: str, lang: str) -> bool:
    """Whether the last word before a point is short for another, or a figure that counts."""
    word = _INSIDE.split(before_point.rpartition(" ")[2])[-1].lstrip(OPENING)
    small = word.lower()
    if len(word) <= 1 or small in _ABBREVIATIONS:
        return not word.isdigit() or lang in _ORDINAL_LANGUAGES
    if lang in _ORDINAL_LANGUAGES and _ORDINAL.fullmatch(word):
        return True
    # Some scripts write no vowels, and have no capitals either.
    return small != word.upper() and not word.isupper() and bool(_NO_VOWEL.fullmatch(small))


def _stripped(text: str, start: int, end: int) -> Interval:
    piece = text[start:end]
    return Interval(end - len(piece.lstrip()), start + len(piece.rstrip()))


def _joined(text: str, pieces: Sequence[Interval]) -> list[Interval]:
    """The pieces, with one of a single word (`1995.`, `Who?`) in one sentence with both beside it."""
    found: list[Interval] = []
    joins = False
    for piece in pieces:
        is_word = bool(_ONE_WORD.fullmatch(text, piece.start, piece.end))
        if found and (joins or is_word):
            found[-1] = Interval(found[-1].start, piece.end)
        else:
            found.append(piece)
        joins = is_word
    return found
