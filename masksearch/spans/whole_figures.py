"""Where the figures of a text stand, each whole, and whether a span cuts one.

A part of a figure says nothing, and what is left of it beside a mask tells too much or
something false: 12,000 km, −10 °C, 2.5 million, 12万3456, 10–12 are masked whole or not
at all. Units may be left out: they are words.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from masksearch.schemas import Interval
from masksearch.spans.figures import (
    CURRENCY,
    CURRENCY_SIGNS,
    EASTERN_SCALE,
    GAP,
    HAN_NUMERALS,
    HARD_GAP,
    PERCENT,
    SIGN,
)
from masksearch.spans.folding import folded
from masksearch.spans.languages import eras, scale_words

_HAN = re.compile(f"[{HAN_NUMERALS}]")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"\d{4}")
_TO = re.compile(
    rf"{GAP}(?:to|till|bis|tot|til|à|al?|até|până la|do|до|έως|ως|ile|עד|إلى|تا|से|থেকে|ถึง|đến|hingga"
    rf"|sampai){GAP}"
)
_ORDINALS = r"\.[-–—‒]"
"""Between days that are written as ordinals: `5.–7. Mai`."""
_TIGHT = re.compile(rf"[-–—‒~～〜至到]|{_ORDINALS}|{GAP}?×{GAP}?")
_DASH = re.compile(rf"{GAP}?[-–—‒−~～〜×]{GAP}?|{_ORDINALS}|[至到]")
_BARE = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")
_GROUPED = rf"(?<![\dA-Za-z])\d{{1,3}}(?:{GAP}\d{{3}}(?!\d))+"
_DECIMALS = rf"[.,]\d{{3}}(?:{GAP}\d{{3}}(?!\d))+"
_POWER = r"(?:\^[-+−]?\d+|[⁰¹²³⁴-⁹⁺⁻]+|[½⅓⅔¼¾⅐-⅞])?"
_DIGITS = rf"(?:{_GROUPED}|\d+)(?:{_DECIMALS})?(?:[.,':/⁄·]\d+|{HARD_GAP}\d{{3}}(?!\d))*{_POWER}"


def cuts_figure(text: str, where: Interval, lang: str = "") -> bool:
    """Whether a stretch of a text has only a part of one of its figures."""
    start, end = where
    return any(
        figure.start < end
        and start < figure.end
        and not (start <= figure.start and figure.end <= end)
        for figure in whole_figures(text, lang)
    )


@lru_cache(maxsize=8)
def whole_figures(text: str, lang: str = "") -> tuple[Interval, ...]:
    """The figures of a text with all that is of them, in text order."""
    form = folded(text)
    figures = _ranges(form.text, lang) if _DIGIT.search(form.text) else []
    if _HAN.search(form.text):
        figures += (run.span() for run in _numerals(lang).finditer(form.text))
    return tuple(sorted(form.place(*span) for span in figures))


def _ranges(text: str, lang: str) -> list[tuple[int, int]]:
    """Figures, those on both sides of a dash or a cross as one; years stay by themselves."""
    found: list[tuple[int, int]] = []
    for match in _figure(lang).finditer(text):
        if found and _is_range(text, found[-1], match):
            found[-1] = (found[-1][0], match.end())
        else:
            found.append(match.span())
    return found


def _is_range(text: str, before: tuple[int, int], match: re.Match[str]) -> bool:
    """Whether two figures are the ends of one; a year may be a date's, and ends nothing."""
    first, second = text[slice(*before)], match[0]
    if _YEAR.fullmatch(first) or _YEAR.fullmatch(second):
        return _TIGHT.fullmatch(text, before[1], match.start()) is not None
    if _TO.fullmatch(text, before[1], match.start()):  # `5 to 10 million`, but not `45 to 60`
        return _BARE.fullmatch(first) is not None and not second[-1].isdigit()
    return _DASH.fullmatch(text, before[1], match.start()) is not None


@cache
def _figure(lang: str) -> re.Pattern[str]:
    spaced, era = scale_words(lang), eras(lang)
    sign = rf"(?:(?<![\w)]){SIGN})?"
    return re.compile(
        rf"(?:{era}{GAP}?|(?=[-+−±–%\d{CURRENCY_SIGNS}A-Z]))"
        rf"{sign}(?:{CURRENCY}{GAP}?|%)?{sign}{_DIGITS}"
        rf"(?:{EASTERN_SCALE}(?:{GAP}?{_DIGITS}(?![\d年년]))?|(?:{spaced})(?:{GAP}{_DIGITS}(?={spaced}))?)*"
        rf"(?:{GAP}?(?:{PERCENT}|{CURRENCY}))?"
    )


@cache
def _numerals(lang: str) -> re.Pattern[str]:
    """Figures in the characters of Chinese and Japanese, those of a year with its era."""
    return re.compile(rf"{eras(lang)}(?:[{HAN_NUMERALS}]+|元)|[{HAN_NUMERALS}]{{2,}}")
