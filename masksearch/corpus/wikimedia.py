"""What is true of Wikimedia's own wikis and cannot be taken for true of any other."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_DBNAME = re.compile(
    r"([a-z]{2,3}(?:_[a-z]+)*|simple|commons|species)"
    r"(wiki|wiktionary|wikibooks|wikinews|wikiquote|wikisource|wikiversity|wikivoyage)"
)
_SHARE_ALIKE = (
    *("wikipedia.org", "wiktionary.org", "wikibooks.org", "wikiquote.org", "wikisource.org"),
    *("wikiversity.org", "wikivoyage.org", "mediawiki.org", "commons.wikimedia.org"),
    *("meta.wikimedia.org", "species.wikimedia.org", "incubator.wikimedia.org"),
)
_OTHERS = ("wikimedia.org", "wikinews.org", "wikidata.org", "wikifunctions.org")
_MULTILINGUAL = {"www", "m", "commons", "meta", "species", "incubator"}

SHARE_ALIKE = "CC BY-SA"


def licence_at(address: str) -> str:
    """The licence of a wiki's texts by the address of its main page; empty where that tells none."""
    return SHARE_ALIKE if _is_within(_host(address), _SHARE_ALIKE) else ""


def language_code(dbname: str, address: str) -> str:
    """The code in a database's name or else in the address, of a wiki that may be Wikimedia's."""
    host = _host(address)
    if host and not _is_within(host, (*_SHARE_ALIKE, *_OTHERS)):
        return ""
    if named := _DBNAME.fullmatch(dbname):
        return named[1].replace("_", "-")
    first, *rest = host.split(".")
    return first if len(rest) > 1 and first not in _MULTILINGUAL else ""


def wikipedia_code(dbname: str) -> str:
    """The code in the database's name of a Wikipedia; empty for any other."""
    named = _DBNAME.fullmatch(dbname)
    return named[1].replace("_", "-") if named and named[2] == "wiki" else ""


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:  # such as half of an IPv6 address
        return ""


def _is_within(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in domains)
