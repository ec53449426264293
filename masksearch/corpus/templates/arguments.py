"""What a template was given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_NAME = re.compile(r"[^\W_][\w .-]{0,30}")
_MOST = 100
_NOT = {"", "no", "n", "off", "none", "false", "0"}


class Arguments(NamedTuple):
    """Arguments by position, and by name in lower case; `lang` is that of the wiki."""

    placed: tuple[str, ...]
    named: Mapping[str, str]
    lang: str = "en"

    def at(self, number: int, default: str = "") -> str:
        """The argument at a position counted from 1; the default where it is empty."""
        found = self.placed[number - 1] if number <= len(self.placed) else ""
        return found or default

    def first_of(self, *keys: int | str) -> str:
        """The first of these positions and names that is not empty."""
        found = (self.at(key) if isinstance(key, int) else self.named.get(key) for key in keys)
        return next((one for one in found if one), "")

    def says(self, name: str) -> bool:
        """Whether an option is switched on."""
        return self.named.get(name, "").lower() not in _NOT

    def denies(self, name: str) -> bool:
        """Whether an option is switched off in so many words."""
        return name in self.named and not self.says(name)

    @property
    def given(self) -> list[str]:
        """Those by position that are not empty."""
        return [one for one in self.placed if one]

    @property
    def base_lang(self) -> str:
        """The wiki's language without its region: `pt` for `pt-br`."""
        return self.lang.partition("-")[0]


def read_arguments(parts: Iterable[str], lang: str = "en") -> Arguments:
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
    return Arguments(tuple(placed.get(n, "") for n in range(1, longest + 1)), named, lang)
