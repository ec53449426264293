"""Units of measure by the codes that `{{convert}}` takes."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

_PREFIXES = {
    **{"k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta", "h": "hecto", "d": "deci"},
    **{"c": "centi", "m": "milli", "µ": "micro", "μ": "micro", "u": "micro", "n": "nano"},
    **{"p": "pico", "da": "deca"},
}
_POWERS = {"2": ("²", "square "), "3": ("³", "cubic ")}
_SCALES = {"e3": "thousand", "e6": "million", "e9": "billion", "e12": "trillion"}
_AMERICAN = (("metre", "meter"), ("litre", "liter"), ("tonne", "metric ton"))
_LONGEST = 30
_OFTEN_NAMED = ("km", "cm", "mm", "kg", "mg", "ml", "km2", "m2", "cm2", "km3", "m3", "kW", "MW")
_MICRO = {"u": "μ", "µ": "μ"}


class Unit(NamedTuple):
    """How a unit is written: short, and in full for one and for many."""

    symbol: str
    one: str
    many: str

    def spelt(self, *, american: bool) -> tuple[str, str]:
        """The unit in full for one and for many, by either spelling."""
        one, many = self.one, self.many
        for british, spelling in _AMERICAN if american else ():
            one, many = one.replace(british, spelling), many.replace(british, spelling)
        return one, many


def _units(*rows: str) -> dict[str, Unit]:
    """`code symbol one many`, with `_` for a space and `=` for a symbol like the code."""
    found = {}
    for row in rows:
        code, symbol, one, many = (part.replace("_", " ") for part in row.split())
        found[code] = Unit(code if symbol == "=" else symbol, one, many)
    return found


_UNITS = _units(
    *("mi = mile miles", "ft = foot feet", "in = inch inches", "foot ft foot feet"),
    *("yd = yard yards", "nmi = nautical_mile nautical_miles", "fathom = fathom fathoms"),
    *(
        "ch = chain chains",
        "chain chain chain chains",
        "rd = rod rods",
        "furlong = furlong furlongs",
    ),
    *("sqmi sq_mi square_mile square_miles", "sqft sq_ft square_foot square_feet"),
    *("sqin sq_in square_inch square_inches", "sqyd sq_yd square_yard square_yards"),
    *("sqkm km² square_kilometre square_kilometres", "sqm m² square_metre square_metres"),
    *("mi2 sq_mi square_mile square_miles", "ft2 sq_ft square_foot square_feet"),
    *("acre = acre acres", "acres acre acre acres", "ha = hectare hectares", "are a are ares"),
    *("cuft cu_ft cubic_foot cubic_feet", "cumi cu_mi cubic_mile cubic_miles"),
    *("cuin cu_in cubic_inch cubic_inches", "cuyd cu_yd cubic_yard cubic_yards"),
    *("ft3 cu_ft cubic_foot cubic_feet", "CID cu_in cubic_inch cubic_inches"),
    *("cc cc cubic_centimetre cubic_centimetres", "l = litre litres"),
    *("acre-ft acre⋅ft acre-foot acre-feet", "acre.ft acre⋅ft acre-foot acre-feet"),
    *("USgal US_gal US_gallon US_gallons", "U.S.gal US_gal US_gallon US_gallons"),
    *("impgal imp_gal imperial_gallon imperial_gallons", "oilbbl bbl barrel barrels"),
    *("bbl = barrel barrels", "USoz US_fl_oz US_fluid_ounce US_fluid_ounces"),
    *("impfloz imp_fl_oz imperial_fluid_ounce imperial_fluid_ounces", "qt qt quart quarts"),
    *("t = tonne tonnes", "lb = pound pounds", "lbs lb pound pounds", "oz = ounce ounces"),
    *("st = stone stone", "LT long_ton long_ton long_tons", "ST short_ton short_ton short_tons"),
    *("long_ton long_ton long_ton long_tons", "short_ton short_ton short_ton short_tons"),
    *("ton ton ton tons", "cwt = hundredweight hundredweight", "gr = grain grains"),
    *("ozt ozt troy_ounce troy_ounces", "Da = dalton daltons", "carat carat carat carats"),
    *("mph = mile_per_hour miles_per_hour", "kph km/h kilometre_per_hour kilometres_per_hour"),
    *("km/h = kilometre_per_hour kilometres_per_hour", "kn = knot knots", "knot kn knot knots"),
    *("C °C °C °C", "F °F °F °F", "K K K K", "C-change °C °C °C", "F-change °F °F °F"),
    *(
        "°C °C °C °C",
        "°F °F °F °F",
        "hp = horsepower horsepower",
        "shp = shaft_horsepower shaft_horsepower",
    ),
    *("PS = metric_horsepower metric_horsepower", "bhp = brake_horsepower brake_horsepower"),
    *(
        "ihp = indicated_horsepower indicated_horsepower",
        "bar = bar bars",
        "mbar = millibar millibars",
    ),
    *("psi = pound_per_square_inch pounds_per_square_inch", "atm = atmosphere atmospheres"),
    *(
        "inHg inHg inch_of_mercury inches_of_mercury",
        "mmHg mmHg millimetre_of_mercury millimetres_of_mercury",
    ),
    *("lbf lbf pound-force pounds-force", "lbft lb⋅ft pound-foot pound-feet"),
    *("lb.ft lb⋅ft pound-foot pound-feet", "ftlb ft⋅lb foot-pound foot-pounds"),
    *(
        "kgf kgf kilogram-force kilograms-force",
        "cal = calorie calories",
        "BTU = British_thermal_unit British_thermal_units",
    ),
    *("/km2 /km² per_square_kilometre per_square_kilometre", "Nm N⋅m newton_metre newton_metres"),
    *("N.m N⋅m newton_metre newton_metres", "/sqkm /km² per_square_kilometre per_square_kilometre"),
    "PD/sqkm /km² inhabitant_per_square_kilometre inhabitants_per_square_kilometre",
    "PD/sqmi /sq_mi inhabitant_per_square_mile inhabitants_per_square_mile",
    *("/sqmi /sq_mi per_square_mile per_square_mile", "ly = light-year light-years"),
    *("/acre /acre per_acre per_acre", "/ha /ha per_hectare per_hectare"),
    *("AU = astronomical_unit astronomical_units", "pc = parsec parsecs", "rpm = rpm rpm"),
    *("kpc = kiloparsec kiloparsecs", "Mpc = megaparsec megaparsecs"),
    *("Mcuft million_cu_ft million_cubic_feet million_cubic_feet", "MT t metric_ton metric_tons"),
    *("Gcuft billion_cu_ft billion_cubic_feet billion_cubic_feet", "gal = gallon gallons"),
    *("Tcuft trillion_cu_ft trillion_cubic_feet trillion_cubic_feet", "pt = pint pints"),
    *("koilbbl kbbl thousand_barrels thousand_barrels", "usgal US_gal US_gallon US_gallons"),
    *(
        "Moilbbl Mbbl million_barrels million_barrels",
        "Goilbbl Gbbl billion_barrels billion_barrels",
    ),
    *("MUSgal million_US_gal million_US_gallons million_US_gallons", "gm g gram grams"),
    *("Å = ångström ångströms", "angstrom Å ångström ångströms", "% % per_cent per_cent"),
    *("h = hour hours", "min = minute minutes", "s = second seconds", "d = day days"),
    *(
        "mpgus mpg-US mile_per_US_gallon miles_per_US_gallon",
        "cuft/s cu_ft/s cubic_foot_per_second cubic_feet_per_second",
    ),
    *(
        "mpgUS mpg-US mile_per_US_gallon miles_per_US_gallon",
        "L/100km L/100_km litre_per_100_kilometres litres_per_100_kilometres",
    ),
    *(
        "mpgimp mpg-imp mile_per_imperial_gallon miles_per_imperial_gallon",
        "cuft/min cu_ft/min cubic_foot_per_minute cubic_feet_per_minute",
    ),
)
_METRIC = _units(
    *(
        "m = metre metres",
        "g = gram grams",
        "L = litre litres",
        "l l litre litres",
        "W = watt watts",
    ),
    *("J = joule joules", "Pa = pascal pascals", "Hz = hertz hertz", "N = newton newtons"),
    *(
        "V = volt volts",
        "A = ampere amperes",
        "eV = electronvolt electronvolts",
        "Wh W⋅h watt-hour watt-hours",
    ),
    *(
        "W.h W⋅h watt-hour watt-hours",
        "cal = calorie calories",
        "t = tonne tonnes",
        "B = byte bytes",
    ),
    *("bit = bit bits", "Bq = becquerel becquerels", "s = second seconds"),
)


@lru_cache(maxsize=1024)
def find_unit(code: str) -> Unit | None:
    """The unit of a code, its prefixes, powers and quotients worked out; None for none."""
    if len(code) > _LONGEST:
        return None
    if found := _UNITS.get(code) or _metric(code) or _by_name().get(code):
        return found
    scale = next((one for one in _SCALES if code.startswith(one)), "")
    if scale and (unit := find_unit(code.removeprefix(scale))):
        return Unit(*(f"{_SCALES[scale]} {part}" for part in unit))
    over, slash, under = code.partition("/")
    if slash and over and (first := find_unit(over)) and (second := find_unit(under)):
        return Unit(
            f"{first.symbol}/{second.symbol}",
            f"{first.one} per {second.one}",
            f"{first.many} per {second.one}",
        )
    return None


@cache
def _by_name() -> dict[str, Unit]:
    """Units by their names in full, in the spelling of the name."""
    found: dict[str, Unit] = {}
    metric = [unit for code in (*_METRIC, *_OFTEN_NAMED) if (unit := _metric(code))]
    for unit in (*_UNITS.values(), *metric):
        for american in (True, False):
            one, many = unit.spelt(american=american)
            found |= dict.fromkeys((one, many), Unit(unit.symbol, one, many))
    return found


def _metric(code: str) -> Unit | None:
    """A unit with a prefix, a power, or both: `km2`; prefixed volumes alone are told apart."""
    power = code[-1:] if code[-1:] in _POWERS else ""
    name = code.removesuffix(power)
    unit = _METRIC.get(name) or _prefixed(name)
    if unit is None or not power:
        return unit
    sign, word = _POWERS[power]
    return Unit(unit.symbol + sign, word + unit.one, word + unit.many)


def _prefixed(name: str) -> Unit | None:
    for length in (2, 1):
        prefix, rest = name[:length], name[length:]
        if prefix in _PREFIXES and (unit := _METRIC.get(rest)):
            word = _PREFIXES[prefix]
            symbol = _MICRO.get(prefix, prefix) + unit.symbol
            return Unit(symbol, word + unit.one, word + unit.many)
    return None
