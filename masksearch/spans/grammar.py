"""The grammar of dates and quantities: a language is a few lists of words put into it.

One grammar is for languages that put spaces between words, one for those that do not. All
is said of text as `folding` gives it: digits are 0 to 9, and a gap is one of two spaces.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from masksearch.schemas import SpanType
from masksearch.spans.figures import (
    COMMA_GROUPS,
    CURRENCY,
    CURRENCY_SIGNS,
    DAY,
    FIGURE,
    GAP,
    HAN_NUMERALS,
    NEVER,
    PERCENT,
    POINT_GROUPS,
    SIGN,
    SURE_GROUPS,
    SYMBOLS,
    WORD,
    YEAR,
)
from masksearch.spans.folding import same_letters
from masksearch.text import CJK

_FIRST = re.compile(r"\[[^\]]*\]|[^(]")


class Pattern(NamedTuple):
    """What stretches of text are of a type."""

    type: SpanType
    regex: re.Pattern[str]


def first_of(words: str) -> str:
    """With what the words of a list begin, for a range of characters."""
    found = (_FIRST.match(word) for word in words.split("|"))
    return "".join(sorted({character for one in found if one for character in one[0].strip("[]")}))


class Spaced(NamedTuple):
    """The words of a language that puts spaces between them; every one a regular expression."""

    months: str
    units: str
    scales: str
    percent: str
    groups: str = POINT_GROUPS
    """The figures that need no unit to be known for such."""
    day: str = DAY
    of: str = ""
    """Between day, month and year, such as `de ` in Spanish."""
    year: str = YEAR
    centuries: str = NEVER
    eras: str = NEVER
    """A year with its era."""
    decades: str = NEVER
    others: str = NEVER
    """Further dates, looked for first."""
    after_year: str = ""
    money: str = NEVER
    """Currencies written after the figure."""
    leads: str = NEVER
    """Words before a figure that are of it, such as `yüzde` in Turkish."""
    apart: str = GAP
    """Between a figure, the words for thousands and the unit."""
    openings: str = ""
    """With what a date may begin besides a figure and a month: most of a text is passed over."""

    @property
    def scale(self) -> str:
        """A word for thousands or millions, with the gap before it."""
        whole = f"(?![{WORD}])" if self.apart == GAP else ""
        return rf"(?:{self.apart}(?i:{self.scales}){whole})"

    @property
    def date(self) -> str:
        """Dates from the most precise to the bare year."""
        gap, of, year = GAP, self.of, f"{self.year}{self.after_year}"
        return (
            rf"\b(?=[\d{first_of(self.months)}{self.openings}])(?:{self.others}"
            rf"|{self.day}{gap}{of}(?:{self.months}){gap}{of}{year}"
            rf"|(?:{self.months}){gap}{DAY},{gap}{YEAR}|(?:{self.months}){gap}{of}{year}"
            rf"|{self.day}{gap}{of}(?:{self.months})|(?:{self.months}){gap}{DAY}(?!\d)"
            rf"|{self.centuries}|{self.eras}|{self.decades}|{year})(?![{WORD}])"
        )

    @property
    def number(self) -> str:
        """Money, shares, and figures with a sign, with a unit or with groups of digits."""
        gap = GAP
        unit = rf"{self.apart}(?:{self.units}|{self.money}|{SYMBOLS})"
        scaled = rf"{self.scale}+(?:{gap}{FIGURE}{self.scale}+)*"
        return (
            rf"(?=[-+−±–\d%{CURRENCY_SIGNS}A-Z{first_of(self.leads)}])(?<![\w.,])"
            rf"(?:{SIGN}?(?:{CURRENCY}{gap}?|%){SIGN}?{FIGURE}(?:{scaled})?"
            rf"|(?:{self.leads}){gap}{FIGURE}(?:{scaled})?"
            rf"|{SIGN}?{FIGURE}(?:{gap}?{PERCENT}|{gap}(?:{self.percent})|{scaled}(?:{unit}|{gap}?{CURRENCY})?"
            rf"|{unit}|{gap}?{CURRENCY})"
            rf"|{SIGN}?(?:{self.groups}|{SURE_GROUPS}))(?![{WORD}%]|[.,]\d)"
        )


class Unspaced(NamedTuple):
    """The words of a language that puts no spaces between them; regular expressions."""

    before_christ: str
    century: str
    day: str
    units: str
    money: str
    scales: str
    numerals: str = "一二三四五六七八九十"
    eras: str = NEVER
    gap: str = ""
    """What may stand within a date."""
    year: str = "年"
    decade: str = "年代"
    month: str = "月"
    needs_era: str = NEVER
    """A year that is one only behind an era: elsewhere it may be a stretch of time."""

    @property
    def era(self) -> str:
        """An era by its name; they are many, so most of a text is passed over."""
        return rf"(?=[{first_of(self.eras)}])(?:{self.eras})" if self.eras != NEVER else NEVER

    @property
    def date(self) -> str:
        """Dates from the most precise to the bare year."""
        gap, begins = self.gap, rf"(?<![{HAN_NUMERALS}])"
        words = f"[{self.numerals}〇零○]"
        figure = rf"(?:\d{{1,4}}|{begins}{words}{{1,4}})"
        short = rf"(?:\d{{1,2}}|{begins}[{self.numerals}]{{1,3}})"
        bc = rf"(?:{self.before_christ}){gap}"
        day = rf"{short}{self.day}"
        return (
            rf"(?<![\d.,])(?:(?:{bc})?{short}{self.century}"
            rf"|(?:{bc})?{figure}{self.decade}"
            rf"|{self._year}(?:{gap}{short}{self.month}(?:{gap}{day})?)?"
            rf"|{short}{self.month}{gap}{day}"
            rf"|{YEAR}(?![\d.,]|{self.year}))"
        )

    @property
    def _year(self) -> str:
        """A year by its era, or alone; one in words has all four, lest it be three years long."""
        words = f"[{self.numerals}〇零○]"
        era = rf"(?:{self.before_christ}|{self.era}){self.gap}(?:\d{{1,4}}|{words}{{1,4}}|元)"
        alone = rf"(?:(?<![{HAN_NUMERALS}]){words}{{4}}|(?<![{CJK}]){words}{{1,3}})"
        ranged = r"(?:\d{1,4}[至到])?"
        return rf"(?:{era}|{ranged}(?!{self.needs_era})\d{{1,4}}|{alone}){self.year}"

    @property
    def number(self) -> str:
        """Money, shares, and figures with a sign, with a unit or with groups of digits."""
        scale = rf"(?:{self.scales})"
        mixed = rf"{FIGURE}(?:{GAP}?{scale}+(?:{GAP}?{FIGURE}{scale}*)*)?"
        close = rf"{FIGURE}{GAP}?{scale}+(?:{FIGURE}{scale}*)*"
        unit = rf"(?:{self.units}|{self.money}|{SYMBOLS})"
        return (
            rf"(?<![\d.,A-Za-z])(?:{SIGN}?{CURRENCY}{GAP}?{mixed}|{SIGN}?{FIGURE}{GAP}?{PERCENT}"
            rf"|{SIGN}?{mixed}{GAP}?{unit}|{SIGN}?{close}|{SIGN}?(?:{COMMA_GROUPS}|{SURE_GROUPS}))"
            r"(?![\dA-Za-z%]|[.,]\d)"
        )


def compiled(words: Spaced | Unspaced) -> tuple[Pattern, ...]:
    """The patterns of a language."""
    return (
        Pattern(SpanType.DATE, re.compile(same_letters(words.date))),
        Pattern(SpanType.NUMBER, re.compile(same_letters(words.number))),
    )
