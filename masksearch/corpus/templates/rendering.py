"""How a template becomes text, and the ways in which most of them do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from masksearch.corpus.marks import BREAK, FORMULA
from masksearch.corpus.templates.arguments import Arguments

Rendering: TypeAlias = Callable[[Arguments], str]
Row: TypeAlias = tuple[Rendering, tuple[str, ...]]


def table(*rows: Row) -> dict[str, Rendering]:
    """Renderings by the names, in lower case, that stand beside each."""
    return {name: rendering for rendering, names in rows for name in names}


def one_of(*keys: int | str) -> Rendering:
    """The first of these arguments that is given."""
    return lambda given: given.first_of(*keys)


def last(given: Arguments) -> str:
    """The last argument by position."""
    return given.given[-1] if given.given else ""


def joined(between: str, most: int | None = None) -> Rendering:
    """The arguments by position with something between them."""
    return lambda given: between.join(given.given[:most])


def around(before: str = "", after: str = "") -> Rendering:
    """The first argument with something before and after it."""
    return lambda given: f"{before}{given.first_of(1)}{after}"


def prefixed(before: str) -> Rendering:
    """The first argument after something that is shown without one, too."""
    return lambda given: f"{before}{given.at(1)}".strip()


def paragraph(*keys: int | str) -> Rendering:
    """An argument as a paragraph of its own."""
    return lambda given: f"{BREAK}{given.first_of(*keys)}{BREAK}"


def nothing(_: Arguments) -> str:
    """Nothing: a hidden key, a note."""
    return ""


def words_of_a_note(given: Arguments) -> str:
    """The words that a note is about; nothing where it stands beside them."""
    return given.first_of("text", 1)


def unsayable(_: Arguments) -> str:
    """A formula that text cannot show."""
    return FORMULA


MAY_SAY_NOTHING = {nothing, words_of_a_note}
"""For any other, an empty text of what was given means that its words were not found."""
