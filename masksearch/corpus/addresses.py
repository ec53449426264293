"""The addresses of a wiki's pages, by that of its main page, which a dump's header tells."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

_TITLE = re.compile(r"(?:^|&)title=")
_SCRIPTS = (".php", ".phtml")
_PATHS = ("/index.php/", "/wiki/")
"""After these stands a page's whole title, which may have slashes of its own."""
_KEPT = "/:,()'!"


def beginning(main_page: str) -> str:
    """What pages' addresses begin with; empty where the main page's does not tell it."""
    try:
        parts = urlsplit(main_page.strip())
    except ValueError:  # such as half of an IPv6 address
        return ""
    if parts.scheme not in {"", "http", "https"} or not parts.hostname:
        return ""
    return _beginning(parts)


def page_address(begins: str, title: str) -> str:
    """A page's address; empty where it is not known how those begin."""
    return begins + quote(title.replace(" ", "_"), safe=_KEPT) if begins else ""


def _beginning(parts: SplitResult) -> str:
    site = f"{parts.scheme or 'https'}://{parts.netloc.rpartition('@')[2]}"
    if named := _TITLE.search(parts.query):
        return f"{site}{parts.path}?{parts.query[: named.end()]}"
    if parts.path.endswith(_SCRIPTS):
        return f"{site}{parts.path}?title="
    if parts.query or not parts.path.strip("/"):  # `?curid=1`, or the main page is the root
        return ""
    return site + _before_title(parts.path)


def _before_title(path: str) -> str:
    for known in _PATHS:
        before, found, _ = f"{path}/".rpartition(known)
        if found:
            return before + found
    return path.rpartition("/")[0] + "/"
