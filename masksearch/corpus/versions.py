"""Items that are the same page, and which of them stays: the newest by its time, then its revision.

Dumps repeat pages: one element a revision, parts that overlap, a history in any order. So do
rows that were put together from several files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from masksearch.schemas import Document

K = TypeVar("K")

OLDER, REPEATED = "older revision", "repeated id"

_NO_DIGIT = re.compile(r"[^0-9]+")
_TIME_DIGITS, _REVISION_DIGITS = 14, 18


class Version(NamedTuple):
    """Which page an item is, and how new: both numbers are 0 where nothing is said of them."""

    page: str
    time: int = 0
    revision: int = 0

    @property
    def age(self) -> tuple[int, int]:
        """What tells the newer of two, which has more of it."""
        return self.time, self.revision


def version(page: str, timestamp: str, revision: str) -> Version:
    """A version by what is written of it: a time as ISO 8601 has it, a revision's number."""
    digits = _NO_DIGIT.sub("", timestamp)[:_TIME_DIGITS].ljust(_TIME_DIGITS, "0")
    number = revision.strip()
    is_number = number.isascii() and number.isdecimal() and len(number) <= _REVISION_DIGITS
    return Version(page, int(digits), int(number) if is_number else 0)


def version_of(document: Document) -> Version:
    """A document's version; one without a page id is a page by its own id."""
    page = f"{document.corpus}:{document.page_id}" if document.page_id else document.id
    return version(page, document.timestamp, document.revision)


def outdated(items: Sequence[tuple[K, Version]]) -> dict[K, str]:
    """Those that are not to stay, by their key, with the reason; of equals the first stays."""
    newest: dict[str, tuple[K, Version]] = {}
    for key, one in items:
        if one.age > newest.setdefault(one.page, (key, one))[1].age:
            newest[one.page] = key, one
    chosen = [(key, one, *newest[one.page]) for key, one in items]
    return {
        key: REPEATED if one.age == other.age else OLDER
        for key, one, stays, other in chosen
        if key != stays
    }
