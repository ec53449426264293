"""Templates of lists: their items on one line, as a sentence can hold them."""

from __future__ import annotations

import re
from collections.abc import Callable

from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.rendering import Rendering, table

_BULLETS = " \t*#:;"
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_COMMA, _DOT = ", ", " · "


def _items(given: Arguments) -> list[str]:
    return given.given or [given.first_of("1", "content", "list")]


def _bulleted(given: Arguments) -> list[str]:
    """The items of one argument with a list in it, or of one item an argument."""
    lines = (line for one in _items(given) for line in _BREAK.sub("\n", one).split("\n"))
    return [item for line in lines if (item := line.lstrip(_BULLETS).rstrip())]


def _listed(between: str, items: Callable[[Arguments], list[str]] = _bulleted) -> Rendering:
    return lambda given: between.join(one for one in items(given) if one)


def _conjoined(given: Arguments) -> str:
    """`{{enum|a|b|c}}` as `a, b and c`."""
    *most, final = _items(given)
    word = given.first_of("conj", "and") or "and"
    return f"{_COMMA.join(most)} {word} {final}" if most else final


COMMON = table(
    (
        _listed(_DOT),
        (
            *("hlist", "flatlist", "flat list", "horizontal list", "hlist-comma"),
            *("navlist", "dotlist", "dot list"),
        ),
    ),
    (
        _listed(_COMMA),
        (
            *("ubl", "unbulleted list", "plainlist", "plain list", "bulleted list", "bulletlist"),
            *(
                "unbulleted",
                "ublist",
                "ubt",
                "ulist",
                "blist",
                "ordered list",
                "olist",
                "ol",
                "nblist",
            ),
            *("comma separated entries", "cslist", "csv", "pagelist", "liste simple"),
            *("collapsible list", "ul", "list"),
        ),
    ),
    (_conjoined, ("enum", "conjunction list", "text join", "and list")),
)
"""Lists, on all wikis."""
