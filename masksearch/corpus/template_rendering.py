"""Templates that carry a sentence's content, and what they show."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from masksearch.corpus.marks import BREAK, FORMULA
from masksearch.corpus.template_arguments import Arguments
from masksearch.corpus.units import grouped, quantity

Rendering: TypeAlias = Callable[[Arguments], str]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_POWERS = {"2": "²", "3": "³"}
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def _at(number: int) -> Rendering:
    """One argument, or the first where that one is missing."""
    return lambda arguments: arguments.at(number) or arguments.at(1)


def _last(arguments: Arguments) -> str:
    return arguments.given[-1] if arguments.given else ""


def _joined(between: str, most: int | None = None) -> Rendering:
    return lambda arguments: between.join(arguments.given[:most])


def _around(before: str = "", after: str = "") -> Rendering:
    return lambda arguments: f"{before}{arguments.at(1)}{after}"


def _paragraph(arguments: Arguments) -> str:
    given = arguments.named.get("text") or arguments.named.get("quote") or ""
    return f"{BREAK}{arguments.at(1, given)}{BREAK}"


def _quantity(arguments: Arguments) -> str:
    return quantity(arguments.placed, arguments.named)


def _with_symbol(arguments: Arguments) -> str:
    return quantity(arguments.placed, {**arguments.named, "abbr": "on"})


def _french_quantity(arguments: Arguments) -> str:
    """`{{unité|105,4|km|2}}` as `105,4 km²`."""
    power = _POWERS.get(arguments.at(3), "")
    unit = re.sub(r"(?<=m)[23]$", lambda match: _POWERS[match[0]], arguments.at(2))
    return f"{grouped(arguments.at(1), ' ', ',')} {unit}{power}".strip()


def _number(separator: str, point: str) -> Rendering:
    return lambda arguments: grouped(arguments.at(1), separator, point)


def _fraction(arguments: Arguments) -> str:
    match arguments.placed:
        case (whole, over, under, *_):
            return f"{whole} {over}/{under}"
        case (over, under):
            return f"{over}/{under}"
        case _:
            return f"1/{arguments.at(1)}"


def _value(arguments: Arguments) -> str:
    """`{{val|1.5|0.2|e=6|u=km}}` as `1.5±0.2×10^6 km`."""
    spread = f"±{arguments.at(2)}" if arguments.at(2) else ""
    power = f"×10^{arguments.named['e']}" if arguments.named.get("e") else ""
    unit = arguments.named.get("u") or arguments.named.get("ul") or ""
    return f"{grouped(arguments.at(1))}{spread}{power} {unit}".rstrip()


def _date(arguments: Arguments) -> str:
    """`{{birth date|1970|1|2|df=y}}` as `2 January 1970`; years alone and months, too."""
    day_first = arguments.named.get("df", "").startswith("y")
    match [int(one) for one in arguments.placed[:3] if one.isdecimal()]:
        case [year, month, day] if 1 <= month <= 12:
            name = _MONTHS[month - 1]
            return f"{day} {name} {year}" if day_first else f"{name} {day}, {year}"
        case [year, month] if 1 <= month <= 12:
            return f"{_MONTHS[month - 1]} {year}"
        case _:
            return arguments.at(1)


def _given_date(arguments: Arguments) -> str:
    """`{{date|2009-05-17|dmy}}`, and what is no such date as it is given."""
    written = _ISO_DATE.fullmatch(arguments.at(1))
    if not written:
        return arguments.at(1)
    style = "yes" if arguments.at(2).lower() != "mdy" else ""
    return _date(Arguments(written.groups(), {"df": style}))


def _old_style(arguments: Arguments) -> str:
    """`{{OldStyleDate|5 May|1800|24 April}}` as `5 May [O.S. 24 April] 1800`."""
    old = f" [O.S. {arguments.at(3)}]" if arguments.at(3) else ""
    return f"{arguments.at(1)}{old} {arguments.at(2)}".strip()


def _translated(arguments: Arguments) -> str:
    """`{{nihongo|English|kanji|romaji}}` as `English (kanji, romaji)`."""
    inner = ", ".join(one for one in arguments.placed[1:3] if one)
    first = arguments.at(1)
    return f"{first} ({inner})" if first and inner else first or inner


def _chinese(arguments: Arguments) -> str:
    """`{{zh|s=汉字|p=Hànzì}}` as `汉字; Hànzì`."""
    keys = ("c", "s", "t", "p", "w")
    return "; ".join(arguments.named[key] for key in keys if arguments.named.get(key))


def _height(arguments: Arguments) -> str:
    units = {key: arguments.named[key] for key in ("m", "ft", "in") if arguments.named.get(key)}
    return " ".join(f"{value} {unit}" for unit, value in units.items())


def _raised(arguments: Arguments) -> str:
    shown = arguments.at(1)
    return f"^{shown}" if shown[:1] in {*"0123456789-−+"} else shown


def _century(after: str) -> Rendering:
    """French `{{s|XIX}}` as `XIXe siècle`."""
    return lambda arguments: f"{arguments.at(1)}{arguments.at(2, 'e')}{after}"


def _unsayable(_: Arguments) -> str:
    return FORMULA


_Row: TypeAlias = tuple[Rendering, tuple[str, ...]]


def _table(*rows: _Row) -> dict[str, Rendering]:
    return {name: rendering for rendering, names in rows for name in names}


_FIRST = (
    *("nowrap", "nobr", "no wrap", "small", "smaller", "smallcaps", "sc", "big", "larger", "abbr"),
    *("mvar", "sic", "em", "strong", "nobold", "noitalic", "italic", "linktext", "mono", "code"),
    *("tt", "kbd", "samp", "var", "keypress", "proper name", "not a typo", "as written", "angbr"),
    *("visible anchor", "vanchor", "underline", "flag", "flagcountry", "flagu", "country", "vol."),
    *("ill", "interlanguage link", "link-interwiki", "link-en", "link-de", "link-fr", "link-ja"),
    *("le", "tsl", "仮リンク", "нп", "нп1", "нп2", "нп3", "нп4", "нп5", "не переведено", "lien"),
    *(
        "iw",
        "enlink",
        "ucfirst",
        "center",
        "resize",
        "wikt-lang",
        "native name",
        "plainlist",
        "ubl",
    ),
    *("sub", "title", "font", "script", "ins", "longitem", "n/a", "lower", "hlist", "marriage"),
)
COMMON = _table(
    (_at(1), _FIRST),
    (_at(2), ("tooltip", "color", "colour", "font color", "lang", "langue", "langx", "llang")),
    (_last, ("transl", "transliteration", "tlit", "hs", "script/hebrew", "rtl-lang")),
    (_joined(" "), ("sortname", "bibleverse", "bibleref", "bibleref2", "bv")),
    (_joined(" ", 2), ("ship",)),
    *(
        (_around(f"{name.upper()} "), (name,))
        for name in ("hms", "uss", "hmas", "hmcs", "rms", "ss")
    ),
    (_joined(""), ("gaps", "chem", "chem2", "ce")),
    (_quantity, ("convert", "cvt", "conv")),
    (_number(",", "."), ("nts", "number", "num")),
    (_fraction, ("frac", "fraction", "sfrac", "xfrac", "bruch")),
    (_value, ("val",)),
    (_raised, ("sup", "exp")),
    (_around("×10^"), ("e", "esp")),
    (
        _date,
        (
            *("birth date", "birth-date", "death date", "death-date", "start date", "end date"),
            *("film date", "release date", "birth date and age", "bda", "death date and age"),
            *("start date and age", "dob", "dts", "start-date", "launch date"),
        ),
    ),
    (_given_date, ("date",)),
    (_old_style, ("oldstyledate", "old style date")),
    (_around("c. "), ("circa", "c.", "ca", "ca.")),
    (_around("fl. "), ("floruit", "fl.")),
    (_around("b. "), ("b.", "born")),
    (_around("d. "), ("d.", "died")),
    (lambda given: f"r. {'–'.join(given.given[:2])}", ("reign", "r.")),
    (_around("As of "), ("as of",)),
    (_around(after=" BC"), ("bc",)),
    (_around(after=" BCE"), ("bce",)),
    (_around(after=" million years ago"), ("mya", "ma")),
    (_height, ("height",)),
    (_around("US$"), ("us$", "usd")),
    (_around("£"), ("gbp", "£")),
    (_around("€"), ("eur", "€")),
    (_around("¥"), ("jpy", "cny", "¥")),
    (_around("₹"), ("inr", "₹")),
    (_around(after="%"), ("percent", "pct")),
    (_translated, ("nihongo", "nihongo3", "nihongo foot")),
    (_chinese, ("zh", "chinese")),
    (_paragraph, ("quote", "blockquote", "cquote", "quotation", "bq", "poemquote", "rquote")),
    (
        _unsayable,
        ("math", "equation", "numblk", "su", "bra-ket", "sqrt", "radic", "eqm", "simplenuclide2"),
    ),
)
"""Templates that mean the same wherever they are used; many wikis took over English ones."""

BY_LANGUAGE = {
    "de": _table(
        (_paragraph, ("zitat",)),
        (_around("„", "“"), ('"',)),
        (_around(after=" m"), ("höhe",)),
        (_with_symbol, ("convert",)),
    ),
    "fr": _table(
        (_french_quantity, ("unité",)),
        (lambda given: f"{grouped(given.at(1), ' ', ',')} {given.at(2)}".strip(), ("nombre", "nb")),
        (_joined(" "), ("date", "date-", "date de naissance", "date de décès", "jour")),
        (_century(" siècle"), ("s", "sp", "siècle")),
        (_century(""), ("s-",)),
        (_century(" siècle av. J.-C."), ("-s",)),
        (_century(" av. J.-C."), ("-s-",)),
        (_joined(" h "), ("heure",)),
        (_around("« ", " »"), ("citation", "citation étrangère", "guil")),
        (_paragraph, ("citation bloc",)),
        (_around("– ", " –"), ("incise",)),
        (_at(1), ("souverain2", "souverain", "latin", "texte", "nom", "exp")),
    ),
    "ja": _table(
        (lambda given: f"{given.at(1)}（{given.at(2)}）", ("読み仮名", "ふりがな")),
        (_with_symbol, ("convert",)),
    ),
    "ru": _table((_at(1), ("s", "число")), (_paragraph, ("цитата",)), (_with_symbol, ("convert",))),
    "zh": _table((_with_symbol, ("convert",)), (_at(1), ("link-ru", "link-es"))),
    "ko": _table((_with_symbol, ("convert",))),
}
"""Templates of one language's wiki, before the common ones."""
