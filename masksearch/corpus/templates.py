"""The few templates that are rendered, because a sentence has a hole without them."""

from __future__ import annotations

import re

_INNERMOST = re.compile(r"\{\{([^{}]*)\}\}")
_ARGUMENT_BAR = re.compile(r"\|(?![^\[\]]*\]\])")
_NUMBERED = re.compile(r"\s*\d+\s*=")
_RANGES = {"-": "–", "–": "–", "to": " to ", "and": " and ", "or": " or ", "x": " x ", "by": " by "}
_UNITS = {
    **{"km2": "km²", "m2": "m²", "sqmi": "square miles", "sqft": "square feet", "m3": "m³"},
    **{"ft": "feet", "mi": "miles", "acre": "acres", "in": "inches", "yd": "yards"},
    **{"C": "°C", "F": "°F", "nmi": "nautical miles", "lb": "pounds", "cuft": "cubic feet"},
}
_FIRST = {"nowrap", "nobr", "small", "smallcaps", "abbr", "mvar", "val", "formatnum", "sic", "em"}
_SECOND = {"lang", "transl", "tooltip"}
_CHARACTERS = {
    **{"ndash": "–", "snd": " – ", "spaced ndash": " – ", "mdash": "—", "nbsp": " "},
    **{"'": "'", "'s": "'s", "pi": "π", "dash": " – "},
}
_FORMULAS = {"math", "equation", "numblk", "chem", "su", "ipa"}


def expand_templates(text: str, formula: str) -> str:
    """Replace templates, innermost first, by what they show; most show nothing.

    `formula` stands in for a formula.
    """
    count = 1
    while count:
        text, count = _INNERMOST.subn(lambda match: _shown(match[1], formula), text)
    return text


def _shown(body: str, formula: str) -> str:
    name, *raw = _ARGUMENT_BAR.split(body)
    name, colon, first = name.strip().lower().partition(":")
    arguments = [
        _NUMBERED.sub("", one).strip() for one in raw if _NUMBERED.match(one) or "=" not in one
    ]
    arguments = [first.strip(), *arguments] if colon else arguments
    if name in _FORMULAS:
        return formula if name != "ipa" else ""
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    return _text(name, arguments)


def _text(name: str, arguments: list[str]) -> str:
    if not arguments:
        return ""
    if name in _FIRST or (name.startswith("lang-") and len(name) <= 8):
        return arguments[0]
    if name in _SECOND:
        return arguments[-1]
    if name in {"convert", "cvt"}:
        return _quantity(arguments)
    if name in {"circa", "c."}:
        return f"c. {arguments[0]}"
    if name == "as of":
        return f"As of {arguments[0]}"
    if name == "frac":
        return "/".join(arguments[-2:])
    return ""


def _quantity(arguments: list[str]) -> str:
    """`{{convert|5|-|10|km|mi}}` as `5–10 km`."""
    value, *rest = arguments
    if len(rest) >= 3 and rest[0] in _RANGES:
        value, rest = f"{value}{_RANGES[rest[0]]}{rest[1]}", rest[2:]
    return f"{value} {_UNITS.get(rest[0], rest[0])}" if rest else value
