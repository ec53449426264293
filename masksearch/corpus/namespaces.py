"""The namespaces of a wiki: by which number and under which prefixes its titles stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from masksearch.corpus.local_names import HIDDEN_PREFIXES, SISTER_PREFIXES
from masksearch.errors import InputError

MAIN, USER, FILE, MEDIAWIKI, CATEGORY = 0, 2, 6, 8, 14
CANONICAL: Mapping[str, int] = {
    **{"media": -2, "special": -1, "main": MAIN, "talk": 1, "user": USER, "user talk": 3},
    **{"project": 4, "project talk": 5, "file": FILE, "file talk": 7, "image": FILE},
    **{"image talk": 7, "mediawiki": MEDIAWIKI, "mediawiki talk": 9, "template": 10},
    **{"template talk": 11, "help": 12, "help talk": 13, "category": CATEGORY},
    **{"category talk": 15},
}
"""The names that every wiki knows beside its own."""


class Namespaces(NamedTuple):
    """Lower-case prefixes: of links that show nothing, of links that leave the pages, and of all."""

    hidden: frozenset[str] = HIDDEN_PREFIXES
    other: frozenset[str] = SISTER_PREFIXES
    numbers: Mapping[str, int] = CANONICAL

    def of_title(self, title: str) -> int:
        """The number of the namespace that a page's title stands in."""
        prefix, colon, _ = title.partition(":")
        return self.numbers.get(_folded(prefix), MAIN) if colon else MAIN

    def numbered(self, wanted: Iterable[int | str]) -> frozenset[int]:
        """The numbers of namespaces that are named or numbered; raises InputError."""
        return frozenset(one if isinstance(one, int) else self._number(one) for one in wanted)

    def _number(self, name: str) -> int:
        if name.strip().isdecimal():
            return int(name)
        found = self.numbers.get(_folded(name))
        if found is None:
            known = ", ".join(sorted(self.numbers))
            raise InputError(f"corpus.namespaces: the wiki has no namespace {name!r} ({known})")
        return found


def read_namespaces(site: ElementTree.Element) -> Namespaces:
    """Those that the header of a dump lists, beside the common names."""
    listed = [
        (number, _folded(one.text or ""))
        for one in site.iterfind("namespaces/namespace")
        if (number := stated_number(one.get("key"))) is not None
    ]
    hidden = {name for number, name in listed if number in (FILE, CATEGORY) and name}
    other = {name for number, name in listed if number not in (MAIN, FILE, CATEGORY) and name}
    common = Namespaces()
    return Namespaces(
        common.hidden | hidden,
        (common.other | other) - common.hidden - hidden,
        {**CANONICAL, **{name: number for number, name in listed if name}},
    )


def stated_number(text: str | None) -> int | None:
    """A namespace's number as a dump writes it; None for anything else."""
    try:
        return int(text or "")
    except ValueError:
        return None


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())
