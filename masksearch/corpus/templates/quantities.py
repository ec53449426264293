"""Quantities as `{{convert}}` and its kin show them; the converted value is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from masksearch.corpus.marks import LOST, MARKS
from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.locales import grouped
from masksearch.corpus.templates.number_words import cardinal
from masksearch.corpus.templates.units import Unit, find_unit

_NUMBER = re.compile(r"[-−+]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][-+−]?\d+)?")
_FRACTION = re.compile(r"([-−+]?)(?:(\d[\d,]*)\s*[+ ]\s*)?(\d+)\s*(?://?|⁄)\s*(\d+)")
_RANGES = {
    **{"-": "–", "–": "–", "&ndash;": "–", "to": " to ", "to(-)": " to ", "and": " and "},
    **{"and(-)": " and ", "or": " or ", "by": " by ", "x": " by ", "xx": " × ", "*": " × "},
    **{"×": " × ", "+/-": " ± ", "±": " ± ", "to about": " to about ", "+": " + ", ",": ", "},
    **{", and": ", and ", ", or": ", or ", "/": "/"},
}
_RANGES_IN_SIGNS = {
    **{"-": "–", "–": "–", "&ndash;": "–", "to": "–", "to(-)": "–", "by": " × ", "x": " × "},
    **{"xx": " × ", "*": " × ", "×": " × ", "+/-": " ± ", "±": " ± ", "+": " + ", "/": "/"},
}
_TIMES = " × "
_CONVERTED_ONLY = {"out", "output only", "output number only", "unit2", "number2"}
_SHORT = {"on", "in", "mos", "unit", "~"}


class _Style(NamedTuple):
    adjective: bool
    short: bool
    american: bool
    lang: str
    between: str = ""
    """A word between the figure and its unit."""
    end: str = ""
    """What follows both."""


def quantity(given: Arguments, *, short: bool = False) -> str:
    """`{{convert|5|-|10|km|mi}}` as `5–10 kilometres`, `{{convert|6|ft|2|in}}` with both units.

    Units have names in English and signs elsewhere; a figure or a unit that is none is LOST.
    """
    disp = given.named.get("disp", "")
    if disp in _CONVERTED_ONLY:
        return LOST
    style = _style(given, short)
    values, between, rest = _values(given.placed, style)
    if not values:
        return LOST
    if disp == "number":
        return _spelt(_chain(values, between), given)
    parts = list(_measures(values, between, rest, style))
    if disp == "unit":
        return parts[0].removeprefix(values[-1]).strip(" -")
    return _spelt("".join(parts), given) if all(parts) else LOST


def _style(given: Arguments, short: bool) -> _Style:
    abbreviated = given.named.get("abbr", "on" if short else "")
    kind = given.named.get("adj", "")
    return _Style(
        adjective=kind in {"on", "mid", "j", "1"},
        short=abbreviated in _SHORT or given.base_lang != "en",
        american=given.named.get("sp", "") == "us",
        lang=given.lang,
        between=_word_of(given) if kind == "pre" else "",
        end=_end(_word_of(given)) if kind == "mid" else "",
    )


def _end(word: str) -> str:
    """`-long` right behind the unit, and `long` apart."""
    return f" {word}" if word and not word.startswith("-") else word


def _word_of(given: Arguments) -> str:
    """`-long` of `{{convert|5|km|mi|adj=mid|-long}}`: the last argument, if no figure or unit."""
    word = given.placed[-1] if given.placed else ""
    return "" if _NUMBER.fullmatch(word) or find_unit(word) else word


def _values(arguments: Sequence[str], style: _Style) -> tuple[list[str], list[str], Sequence[str]]:
    """The numbers at the beginning, what stands between them, and what follows them."""
    ranges = _RANGES if style.lang.partition("-")[0] == "en" else _RANGES_IN_SIGNS
    values, between, at = list[str](), list[str](), 0
    while at < len(arguments) and (value := _figure(arguments[at], style.lang)):
        values.append(value)
        at += 1
        goes_on = at + 1 < len(arguments) and _figure(arguments[at + 1], style.lang)
        if not goes_on or arguments[at] not in ranges:
            break
        between.append(ranges[arguments[at]])
        at += 1
    return values, between, arguments[at:]


def _figure(written: str, lang: str) -> str:
    """`1234` as `1,234`, `5+1/2` as `5 1/2`; empty for what is no figure."""
    if fraction := _FRACTION.fullmatch(written):
        sign, whole, over, under = fraction.groups()
        return f"{sign.replace('-', '−')}{whole + ' ' if whole else ''}{over}/{under}"
    if not _NUMBER.fullmatch(written) or MARKS.search(written):
        return ""
    plain = written.replace(",", "")
    mantissa, power, exponent = plain.lower().partition("e")
    return grouped(mantissa, lang) + (f"×10^{exponent.lstrip('+')}" if power else "")


def _chain(values: Sequence[str], between: Sequence[str]) -> str:
    return "".join(one for pair in zip(values, [*between, ""], strict=True) for one in pair)


def _measures(
    values: list[str], between: list[str], rest: Sequence[str], style: _Style
) -> list[str]:
    """The quantity with its units; an empty text where a unit is unknown."""
    if not rest:
        return [_chain(values, between)]
    unit = find_unit(rest[0])
    if unit is None:
        return [""]
    chain = _chain(values, _in_dimensions(between, unit, style))
    shown = [chain + _after(values[-1], unit, style)]
    rest = rest[1:]
    while (
        len(rest) > 1
        and (value := _figure(rest[0], style.lang))
        and (further := find_unit(rest[1]))
    ):
        shown.append(f"{'-' if style.adjective else ' '}{value}{_after(value, further, style)}")
        rest = rest[2:]
    shown += [style.end] if style.end else []
    return shown


def _in_dimensions(between: list[str], unit: Unit, style: _Style) -> list[str]:
    """`30 ft × 40 ft`: the sign between lengths has the unit before it, too."""
    if style.adjective:
        return [one.replace(" by ", "-by-").replace(" to ", "-to-") for one in between]
    if not style.short:
        return between
    by = [_TIMES if one == " by " else one for one in between]
    return [f" {unit.symbol}{one}" if one == _TIMES else one for one in by]


def _after(value: str, unit: Unit, style: _Style) -> str:
    """The unit as it stands after a figure."""
    word = f" {style.between}" if style.between else ""
    if (style.short and unit.symbol != unit.one) or unit.symbol.startswith("°"):
        return f"{word}{'' if unit.symbol[:1] in '/%′″' else ' '}{unit.symbol}"
    one, many = unit.spelt(american=style.american)
    if style.adjective:
        return f"{word}-{one.replace(' ', '-')}"
    single = value.lstrip("−") == "1" or _FRACTION.fullmatch(value.lstrip("−"))
    is_one = bool(single) and " " not in value
    return f"{word} {one if is_one else many}"


def _spelt(shown: str, given: Arguments) -> str:
    """With figures in words where `spell=in` asks for them."""
    how = given.named.get("spell", "")
    if how.lower() not in {"in", "on"} or given.base_lang != "en":
        return shown
    words = re.sub(r"(?<![\d.,/])\d{1,2}(?![\d.,/])", lambda match: cardinal(int(match[0])), shown)
    return words[:1].upper() + words[1:] if how[:1].isupper() else words


def with_symbol(given: Arguments) -> str:
    """The same with the unit's sign: `{{cvt|5|km}}` as `5 km`."""
    return quantity(given, short=True)
