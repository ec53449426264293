"""Templates of coordinates, countries and ships."""

from __future__ import annotations

import re
from collections.abc import Sequence

from masksearch.corpus.marks import LOST
from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.rendering import Rendering, one_of, table

_DECIMAL = re.compile(r"[-−+]?\d{1,3}(?:\.\d+)?")
_SIGNS = ("°", "′", "″")
_SHORTEST_NAME = 4
_SHIPS = {"": "{0} {1} ({2})", "1": "{2}", "2": "{1}", "3": "{1} ({2})", "6": "{0} {1}"}
_PREFIXES = (
    *("hms", "uss", "hmas", "hmcs", "rms", "ss", "hmnzs", "ins", "usns", "usat", "usrc", "uscgc"),
    *("mv", "sms", "jds", "usav", "hswms", "hdms", "hnoms", "mt", "ms", "rfa", "rv", "lé", "gts"),
)


def coordinates(given: Arguments) -> str:
    """`{{coord|57|18|N|4|27|W}}` as `57°18′N 4°27′W`; nothing where it stands in the page's head."""
    display = given.named.get("display", "inline").lower()
    if "i" not in display.replace("title", ""):
        return ""
    places = list(given.placed)
    half = next((n for n, one in enumerate(places) if one in {"N", "S"}), -1)
    end = next((n for n, one in enumerate(places) if one in {"E", "W", "O"}), -1)
    if 0 < half < end:
        north, east = places[: half + 1], places[half + 1 : end + 1]
        return f"{_angle(north)} {_angle(east)}"
    if len(places) >= 2 and all(_DECIMAL.fullmatch(one) for one in places[:2]):
        return f"{_decimal(places[0], 'N', 'S')} {_decimal(places[1], 'E', 'W')}"
    return LOST


def _angle(places: Sequence[str]) -> str:
    *figures, side = places
    return "".join(f"{one}{sign}" for one, sign in zip(figures, _SIGNS, strict=False) if one) + side


def _decimal(degrees: str, positive: str, negative: str) -> str:
    side = negative if degrees[:1] in "-−" else positive
    return f"{degrees.lstrip('-−+')}°{side}"


def _country(given: Arguments) -> str:
    """A country by its name; LOST where only a code stands for it."""
    shown = given.first_of("name", 1)
    return LOST if len(shown) < _SHORTEST_NAME and shown.isupper() else shown


def _ship(prefix: str, name: str, number: str, form: str) -> str:
    known = _SHIPS.get(form or ("" if number else "6"))
    return known.format(prefix, name, number).strip() if known else LOST


def _ship_of(prefix: str) -> Rendering:
    """`{{HMS|Belfast|C35}}` as `HMS Belfast (C35)`."""
    return lambda given: _ship(prefix, given.at(1), given.at(2), given.first_of("up", 3))


def _any_ship(given: Arguments) -> str:
    """`{{ship|HMS|Belfast|C35}}` the same."""
    return _ship(given.at(1), given.at(2), given.at(3), given.first_of("up", 4))


def _class(given: Arguments) -> str:
    """`{{sclass|Iowa|battleship}}` as `Iowa-class battleship`."""
    return LOST if given.at(3) else f"{given.at(1)}-class {given.at(2)}".strip()


COMMON = table(
    (coordinates, ("coord", "coordinates", "coor")),
    (
        one_of("name", 1),
        ("flag", "flagu", "flaglink", "flag+link", "pays", "flagga"),
    ),
    (
        _country,
        (
            "флагификация",
            "прапорифікація",
            "국기",
            "flagcountry",
            "country",
            "bandera2",
            "bandiera nazione",
            "bandeira2",
            "fb",
        ),
    ),
    *((_ship_of(prefix.upper()), (prefix,)) for prefix in _PREFIXES),
    (_ship_of("German submarine"), ("gs",)),
    (_ship_of("SM"), ("smu",)),
    (_any_ship, ("ship",)),
    (_class, ("sclass", "sclass2", "sclass-")),
)
"""Places and ships, on all wikis."""
