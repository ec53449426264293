"""Quantities as `{{convert}}` and its kin show them; the converted value is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_NUMBER = re.compile(r"[-−+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+−]?\d+)?(?:[ +]\d+[/⁄]\d+|[/⁄]\d+)?")
_RANGES = {
    **{"-": "–", "–": "–", "to": " to ", "and": " and ", "or": " or ", "x": " × ", "by": " by "},
    **{"to(-)": " to ", "+/-": " ± ", "±": " ± ", "*": " × ", "xx": " × ", "&ndash;": "–"},
    **{"to about": " to about ", "and(-)": " and ", "!": "", "+": " + ", ",": ", "},
}


class Unit(NamedTuple):
    """How a unit is written: short, and in full for one and for many."""

    symbol: str
    one: str
    many: str


def _units(*rows: str) -> dict[str, Unit]:
    """`code symbol one many`, with `_` for a space and `=` for a symbol like the code."""
    found = {}
    for row in rows:
        code, symbol, one, many = (part.replace("_", " ") for part in row.split())
        found[code] = Unit(code if symbol == "=" else symbol, one, many)
    return found


UNITS = _units(
    *("km = kilometre kilometres", "m = metre metres", "cm = centimetre centimetres"),
    *("mm = millimetre millimetres", "mi = mile miles", "ft = foot feet", "in = inch inches"),
    *("yd = yard yards", "nmi = nautical_mile nautical_miles", "fathom = fathom fathoms"),
    *("km2 km² square_kilometre square_kilometres", "m2 m² square_metre square_metres"),
    *("sqmi sq_mi square_mile square_miles", "sqft sq_ft square_foot square_feet"),
    *("sqkm km² square_kilometre square_kilometres", "sqm m² square_metre square_metres"),
    *("acre = acre acres", "acres acre acre acres", "ha = hectare hectares"),
    *("m3 m³ cubic_metre cubic_metres", "km3 km³ cubic_kilometre cubic_kilometres"),
    *("cuft cu_ft cubic_foot cubic_feet", "cumi cu_mi cubic_mile cubic_miles"),
    *("cc cc cubic_centimetre cubic_centimetres", "L = litre litres", "l = litre litres"),
    *("ml = millilitre millilitres", "USgal US_gal US_gallon US_gallons"),
    *("impgal imp_gal imperial_gallon imperial_gallons", "oilbbl bbl barrel barrels"),
    *("kg = kilogram kilograms", "g = gram grams", "mg = milligram milligrams"),
    *("t = tonne tonnes", "lb = pound pounds", "lbs lb pound pounds", "oz = ounce ounces"),
    *("st = stone stone", "LT long_ton long_ton long_tons", "ST short_ton short_ton short_tons"),
    *("km/h = kilometre_per_hour kilometres_per_hour", "mph = mile_per_hour miles_per_hour"),
    *("kph km/h kilometre_per_hour kilometres_per_hour", "kn = knot knots"),
    *("m/s = metre_per_second metres_per_second", "ft/s = foot_per_second feet_per_second"),
    *("C °C °C °C", "F °F °F °F", "K K K K", "hp = horsepower horsepower"),
    *("W = watt watts", "kW = kilowatt kilowatts", "MW = megawatt megawatts"),
    *("PS = metric_horsepower metric_horsepower", "bhp = brake_horsepower brake_horsepower"),
    *("Pa = pascal pascals", "kPa = kilopascal kilopascals", "bar = bar bars"),
    *("psi = pound_per_square_inch pounds_per_square_inch", "atm = atmosphere atmospheres"),
    *("J = joule joules", "kJ = kilojoule kilojoules", "kcal = kilocalorie kilocalories"),
    *("/km2 /km² per_square_kilometre per_square_kilometre", "Nm N⋅m newton_metre newton_metres"),
    "PD/sqkm /km² inhabitant_per_square_kilometre inhabitants_per_square_kilometre",
    *("/sqmi /sq_mi per_square_mile per_square_mile", "ly = light-year light-years"),
    *("AU = astronomical_unit astronomical_units", "pc = parsec parsecs"),
    "m3/s m³/s cubic_metre_per_second cubic_metres_per_second",
    "cuft/s cu_ft/s cubic_foot_per_second cubic_feet_per_second",
    "kg/m3 kg/m³ kilogram_per_cubic_metre kilograms_per_cubic_metre",
    "g/cm3 g/cm³ gram_per_cubic_centimetre grams_per_cubic_centimetre",
)


def grouped(number: str, separator: str = ",", point: str = ".") -> str:
    """`1234567.8` as `1,234,567.8`; what is no plain number is left as it is."""
    if not re.fullmatch(r"[-−+]?\d+(?:\.\d+)?", number):
        return number
    whole, dot, rest = number.partition(".")
    sign = whole[:1] if whole[:1] in "-−+" else ""
    digits = f"{int(whole[len(sign) :]):,}" if len(whole) > 3 + len(sign) else whole[len(sign) :]
    return f"{sign.replace('-', '−')}{digits.replace(',', separator)}{point if dot else ''}{rest}"


def quantity(arguments: Sequence[str], options: Mapping[str, str]) -> str:
    """`{{convert|5|-|10|km|mi}}` as `5–10 kilometres`, `{{convert|6|ft|2|in}}` with both units."""
    values, rest = _values(arguments)
    if not values:
        return " ".join(arguments[:2])
    if not rest:
        return values
    adjective, short = (
        options.get("adj") in {"on", "mid"},
        options.get("abbr") in {"on", "in", "mos"},
    )
    shown = f"{values}{_joined(values, rest[0], adjective=adjective, short=short)}"
    if len(rest) >= 3 and _NUMBER.fullmatch(rest[1]) and rest[2] in UNITS and rest[0] in UNITS:
        then = _joined(rest[1], rest[2], adjective=adjective, short=short)
        return f"{shown}{'-' if adjective else ' '}{grouped(rest[1])}{then}"
    return shown


def _values(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The numbers and ranges at the beginning, as one text, and what follows them."""
    shown, at = "", 0
    while at < len(arguments) and _NUMBER.fullmatch(arguments[at]):
        shown += grouped(arguments[at])
        at += 1
        if at + 1 < len(arguments) and arguments[at] in _RANGES:
            shown += _RANGES[arguments[at]]
            at += 1
        else:
            break
    return shown, arguments[at:]


def _joined(value: str, code: str, *, adjective: bool, short: bool) -> str:
    unit = UNITS.get(code)
    if unit is None:
        return f" {code}"
    if short or unit.symbol.startswith("°"):
        return f"{'' if unit.symbol.startswith('/') else ' '}{unit.symbol}"
    if adjective:
        return f"-{unit.one.replace(' ', '-')}"
    return f" {unit.one if value in {'1', '−1'} else unit.many}"
