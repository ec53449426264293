"""What a template was given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_NAME = re.compile(r"[^\W_][\w .-]{0,30}")
_MOST = 100


class Arguments(NamedTuple):
    """Arguments by position, and by name in lower case."""

    placed: tuple[str, ...]
    named: Mapping[str, str]

    def at(self, number: int, default: str = "") -> str:
        """The argument at a position counted from 1; the default where it is empty."""
        found = self.placed[number - 1] if number <= len(self.placed) else ""
        return found or default

    @property
    def given(self) -> list[str]:
        """Those by position that are not empty."""
        return [one for one in self.placed if one]


def read_arguments(parts: Iterable[str]) -> Arguments:
    """Arguments from the raw text between a template's bars."""
    placed: dict[int, str] = {}
    named: dict[str, str] = {}
    next_place = 1
    for part in parts:
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or not _NAME.fullmatch(key):
            placed[next_place] = part.strip()
            next_place += 1
        elif key.isdecimal() and 0 < int(key) < _MOST:
            placed[int(key)] = value.strip()
        else:
            named[key.lower()] = value.strip()
    longest = max(placed, default=0)
    return Arguments(tuple(placed.get(n, "") for n in range(1, longest + 1)), named)
