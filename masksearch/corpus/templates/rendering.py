"""How a template becomes text, and the ways in which most of them do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from masksearch.corpus.marks import BREAK, FORMULA, LOST
from masksearch.corpus.templates.arguments import Arguments

Rendering: TypeAlias = Callable[[Arguments], str]
Row: TypeAlias = tuple[Rendering, tuple[str, ...]]

_LONGEST_CODE = 4


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


def words_or_code(given: Arguments) -> str:
    """The words that a note is about, or nothing of a subject's code; LOST for what may be both."""
    first = given.at(1)
    return first if " " in first else LOST if len(first) > _LONGEST_CODE else ""


def unsayable(_: Arguments) -> str:
    """A formula that text cannot show."""
    return FORMULA


MAY_SAY_NOTHING = {nothing, words_of_a_note, words_or_code}
"""For any other, an empty text of what was given means that its words were not found."""
