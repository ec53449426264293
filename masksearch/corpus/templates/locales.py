"""How a wiki's language writes figures, dates and the names of languages, by CLDR."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

_PLAIN_NUMBER = re.compile(r"([-−+]?)([0-9]+)(?:\.([0-9]+))?")
_ZEROS = {"arabext": "۰", "beng": "০", "deva": "०", "mymr": "၀"}
_FROM_FIVE_DIGITS = {"es", "pl", "ru", "be", "bg", "hu", "et", "hy", "kk"}
"""Their MediaWiki leaves four digits together."""
_SEPARATORS = {"de-ch": "'", "es": "\u00a0", "pt": "\u00a0"}
"""Those of MediaWiki, where they are not CLDR's."""
_YEAR_WORD = re.compile(r"\s*(?:г|р)\.$")


class Figures(NamedTuple):
    """What stands between groups of digits and before decimals, and how long groups are."""

    separator: str = ","
    point: str = "."
    first: int = 3
    further: int = 3
    shortest: int = 4
    zero: str = "0"


@cache
def locale_of(lang: str) -> Locale:
    """The language's locale, that of its base where the region is unknown, English else."""
    for code in (lang, lang.partition("-")[0]):
        try:
            return Locale.parse(code, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@cache
def figures_of(lang: str) -> Figures:
    """How MediaWiki writes figures in a language."""
    locale = locale_of(lang)
    known = locale.number_symbols
    symbols = {**known["latn"], **known.get(locale.default_numbering_system, {})}
    first, further = locale.decimal_formats[None].grouping
    base = lang.partition("-")[0]
    return Figures(
        separator=_SEPARATORS.get(lang, symbols["group"]),
        point="," if lang in _SEPARATORS else symbols["decimal"],
        first=first,
        further=further,
        shortest=5 if base in _FROM_FIVE_DIGITS else 4,
        zero=_ZEROS.get(locale.default_numbering_system, "0"),
    )


def grouped(number: str, lang: str = "en") -> str:
    """`1234567.8` as `1,234,567.8` in English; what is no plain number is left as it is."""
    how = figures_of(lang)
    pointed = number.replace(",", ".") if how.point == "," and how.separator != "." else number
    if not (plain := _PLAIN_NUMBER.fullmatch(pointed)):
        return number
    sign, whole, rest = plain.groups()
    if len(whole) >= how.shortest:
        whole = _in_groups(whole, how)
    shown = f"{sign.replace('-', '−')}{whole}{how.point + rest if rest else ''}"
    return _native(shown, how.zero)


def _in_groups(digits: str, how: Figures) -> str:
    groups, size = list[str](), how.first
    while digits:
        groups.append(digits[-size:])
        digits, size = digits[:-size], how.further
    return how.separator.join(reversed(groups))


def _native(shown: str, zero: str) -> str:
    if zero == "0":
        return shown
    return shown.translate({ord("0") + n: ord(zero) + n for n in range(10)})


def written_date(year: int, month: int, day: int, lang: str) -> str:
    """A date as the language writes it, without a day where `day` is 0; empty for none."""
    try:
        when = date(year, month, day or 1)
    except ValueError:
        return ""
    locale = locale_of(lang)
    shown = (
        format_date(when, "long", locale) if day else format_skeleton("yMMMM", when, locale=locale)
    )
    return _YEAR_WORD.sub("", shown)


def language_name(code: str, lang: str) -> str:
    """What a language is called in another; empty where nobody knows."""
    names = locale_of(lang).languages
    base, *regions = code.replace("_", "-").split("-")
    whole = "_".join([base.lower(), *(_region(one) for one in regions)])
    return str(names.get(whole) or names.get(base.lower()) or "")


def _region(code: str) -> str:
    return code.title() if len(code) == len("latn") else code.upper()
