"""Templates of figures: numbers, fractions, measured values, money, formulas of molecules."""

from __future__ import annotations

import re

from masksearch.corpus.marks import FORMULA, LOST
from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.locales import grouped
from masksearch.corpus.templates.number_words import cardinal, ordinal, ordinal_word
from masksearch.corpus.templates.quantities import quantity, with_symbol
from masksearch.corpus.templates.rendering import (
    Rendering,
    around,
    joined,
    one_of,
    table,
    unsayable,
)

_POWERS = {"2": "²", "3": "³"}
_UNIT_POWER = re.compile(r"(?<=[A-Za-z])[23](?![\w])")
_RANGES = {"-": "–", "–": "–", "to": " to ", "and": " and ", "x": " × ", "by": " by ", "or": " or "}
_GAUGE = re.compile(r"(\d[\d.]*) ?(mm|cm|m|in|ft)")
_CHARGE = re.compile(r"\d*[+\-−]")
_CHARGE_IN_BRACKETS = re.compile(r"\((\d*[+\-−])\)")
_CHEMISTRY_SIGNS = ((r"\s", "−"), (r"\d", "="), (r"\t", "≡"), ("->", "→"), ("<-", "←"), ("*", "·"))
_CURRENCIES = {
    **{"usd": "US$", "us$": "US$", "gbp": "£", "£": "£", "pound": "£", "eur": "€", "€": "€"},
    **{"jpy": "¥", "¥": "¥", "cny": "CN¥", "rmb": "RMB ", "inr": "₹", "₹": "₹", "krw": "₩"},
    **{"aud": "A$", "a$": "A$", "au$": "A$", "cad": "CA$", "ca$": "CA$", "c$": "CA$"},
    **{"nzd": "NZ$", "nz$": "NZ$", "hkd": "HK$", "hk$": "HK$", "sgd": "S$", "s$": "S$"},
    **{"twd": "NT$", "nt$": "NT$", "brl": "R$", "r$": "R$", "mxn": "Mex$", "php": "₱", "₱": "₱"},
    **{"ils": "₪", "₪": "₪", "thb": "฿", "฿": "฿", "ngn": "₦", "₦": "₦", "zar": "R", "try": "₺"},
    **{"uah": "₴", "chf": "CHF ", "rub": "₽", "iep": "IR£", "won": "₩", "myr": "RM", "rupee": "₹"},
    **{"pkr": "Rs. ", "bdt": "৳", "vnd": "₫", "gel": "₾", "ghs": "GH₵", "crc": "₡", "pyg": "₲"},
}


def _quantity(given: Arguments) -> str:
    return quantity(given)


def _number(given: Arguments) -> str:
    return grouped(given.at(1), given.lang)


def _with_word(given: Arguments) -> str:
    """`{{fmtn|12345|km}}` as `12,345 km`; LOST where the word's form depends on the number."""
    return LOST if given.at(3) else f"{_number(given)} {given.at(2)}".strip()


def _fraction(given: Arguments) -> str:
    match given.placed:
        case (whole, over, under, *_):
            return f"{whole} {over}/{under}"
        case (over, under):
            return f"{over}/{under}"
        case _:
            return f"1/{given.at(1)}"


def _value(given: Arguments) -> str:
    """`{{val|1.5|0.2|e=6|u=km}}` as `1.5±0.2×10^6 km`; digits are not grouped but by commas."""
    number = _figure(given.at(1), given)
    spread = _spread(given) if number else ""
    power = given.first_of("e")
    shown = f"({number}{spread})" if power and spread and spread[0] != "(" else number + spread
    if power:
        shown += f"{'×' if shown else ''}10^{power.replace('-', '−')}"
    unit = _unit(given)
    gap = "" if unit in {"%", "°", "′", "″", ""} else " "
    return f"{given.first_of('p')}{shown}{gap}{unit}{given.first_of('s')}".strip()


def _figure(number: str, given: Arguments) -> str:
    if given.named.get("fmt") == "commas":
        return grouped(number, given.lang)
    return number.replace("-", "−") if re.fullmatch(r"[-+−]?[\d.]+(\(\d+\))?", number) else number


def _spread(given: Arguments) -> str:
    """What follows the first number: its range, its error, or its errors up and down."""
    match given.placed[1:]:
        case (sign, *further) if sign in _RANGES and further:
            return _RANGES[sign] + _figure(further[0], given)
        case (up, down, *_) if up and down:
            return f"+{up.lstrip('+')}−{down.lstrip('-−')}"
        case (error, *_) if error.startswith("("):
            return error
        case (error, *_) if error:
            return f"±{error}"
        case _:
            return given.first_of("err") and f"±{given.first_of('err')}"


def _unit(given: Arguments) -> str:
    over, under = given.first_of("u", "ul"), given.first_of("up", "upl")
    unit = f"{over}/{under}" if under else over
    return _UNIT_POWER.sub(lambda match: _POWERS[match[0]], unit)


def _raised(given: Arguments) -> str:
    """As the tag, which stands for a power, an ordinal's ending or a unit's square."""
    return f"<sup>{given.at(1)}</sup>" if given.at(1) else ""


def _ten_to(before: str) -> Rendering:
    return lambda given: f"{before}10^{given.at(1).replace('-', '−')}" if given.at(1) else ""


def money(symbol: str) -> Rendering:
    """An amount after the currency's sign; LOST for what converts it, too."""
    return lambda given: f"{symbol}{_amount(given)}" if given.at(1) else symbol.strip()


def _amount(given: Arguments) -> str:
    return grouped(given.at(1)) if given.base_lang == "en" else given.at(1)


def _currency(given: Arguments) -> str:
    """`{{currency|5|GBP}}` as `£5`."""
    symbol = _CURRENCIES.get(given.first_of(2, "type").lower())
    amount = given.first_of(1, "amount")
    return f"{symbol}{amount}" if symbol and amount else LOST


def _percent(given: Arguments) -> str:
    """`{{percent|50}}`; a share that has to be worked out is LOST."""
    return LOST if given.at(2) else f"{given.at(1)}%"


def _in_words(words: Rendering) -> Rendering:
    return lambda given: (
        words(given) if given.at(1).isdecimal() and given.base_lang == "en" else LOST
    )


def _ordinal(given: Arguments) -> str:
    return ordinal(int(given.at(1)[:12]))


def _ordinal_word(given: Arguments) -> str:
    return ordinal_word(int(given.at(1)[:12]))


def _number_word(given: Arguments) -> str:
    return cardinal(int(given.at(1)[:12]))


def _molecule(given: Arguments) -> str:
    """`{{chem|SO|4|2-}}` as `SO4^2−`."""
    shown = "".join(
        f"^{one.replace('-', '−')}" if n and _CHARGE.fullmatch(one) else one
        for n, one in enumerate(given.given)
    )
    for written, sign in _CHEMISTRY_SIGNS:
        shown = shown.replace(written, sign)
    return _CHARGE_IN_BRACKETS.sub(lambda match: f"^{match[1].replace('-', '−')}", shown)


def _gauge(given: Arguments) -> str:
    """`{{track gauge|1435mm}}` as `1,435 mm`; LOST for a gauge by its name."""
    width = _GAUGE.fullmatch(given.at(1))
    return f"{grouped(width[1], given.lang)} {width[2]}" if width else LOST


def _counted(given: Arguments) -> str:
    """`{{plural|2|calf|calves}}` as `2 calves`."""
    if given.base_lang != "en" or not given.at(1).isdecimal():
        return LOST
    many = given.at(3) or f"{given.at(2)}s"
    return f"{grouped(given.at(1))} {given.at(2) if given.at(1) == '1' else many}"


def _height(given: Arguments) -> str:
    units = {key: given.named[key] for key in ("m", "cm", "ft", "in") if given.named.get(key)}
    return " ".join(f"{value} {unit}" for unit, value in units.items())


def _nuclide(given: Arguments) -> str:
    """`{{nuclide|uranium|235}}` and its kin set figures above and below one another."""
    return FORMULA


COMMON = table(
    (
        _quantity,
        ("convert", "conv", "convertir", "converter", "converti", "konvertuj", "konvertieren"),
    ),
    (with_symbol, ("cvt",)),
    (_number, ("nts", "number", "formatnum", "ntc", "formatnumber")),
    (_with_word, ("num", "fmtn", "число")),
    (_fraction, ("frac", "fraction", "sfrac", "xfrac", "bruch", "frac2", "dfrac")),
    (_value, ("val", "value")),
    (_raised, ("sup", "exp", "superscript")),
    (_ten_to("×"), ("e", "esp", "x10^", "x10exp")),
    (_ten_to(""), ("10^",)),
    (joined(""), ("gaps",)),
    (_molecule, ("chem", "chem2", "ce", "fchim", "chemistry", "formule chimique")),
    *((money(symbol), (name,)) for name, symbol in _CURRENCIES.items()),
    (_currency, ("currency", "fxconvert")),
    (_percent, ("percent", "pct", "percentage")),
    (around(after="‰"), ("permil",)),
    (_in_words(_ordinal), ("ordinal", "ord", "nth")),
    (_in_words(_ordinal_word), ("ordinal to word", "ordinalword", "ord2word")),
    (_in_words(_number_word), ("number to word", "num2word", "numtext", "spellnum")),
    (_height, ("height",)),
    (_counted, ("plural",)),
    (_gauge, ("track gauge", "railgauge", "rail gauge")),
    (one_of(1), ("sub", "subscript", "ind", "indice", "mvar", "var")),
    (
        _nuclide,
        ("nuclide", "simplenuclide", "simplenuclide2", "isotope", "nuclide2", "physics particle"),
    ),
    (
        unsayable,
        (
            *(
                "math",
                "equation",
                "numblk",
                "su",
                "bra-ket",
                "sqrt",
                "radic",
                "eqm",
                "vec",
                "intmath",
            ),
            *("overset", "underset", "binom", "pars", "subsup", "sqrtsign", "bra", "ket", "braket"),
            *("tmath", "surd", "root"),
        ),
    ),
)
"""Figures, on all wikis."""
