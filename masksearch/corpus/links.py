"""Wikilinks: which are shown, as what, and which lead to a page."""

from __future__ import annotations

import html
import re
from collections import Counter
from urllib.parse import unquote

from masksearch.corpus.holes import is_damaged
from masksearch.corpus.marks import FORMULA, GAPS, LOST, MARKS, OPEN, UNTOLD, anchor, without_marks
from masksearch.corpus.namespaces import Namespaces
from masksearch.corpus.prefixes import INTERWIKI_PREFIXES, LANGUAGE_PREFIXES

_ADDRESS = re.compile(r"(?:https?:|ftp:)?//", re.IGNORECASE)
_FILE = re.compile(
    r"\w\.(?:jpe?g|png|svg|gif|tiff?|webp|og[gva]|webm|pdf|djvu|mp3|wav|midi?) *\Z", re.IGNORECASE
)
_BRACKETS = {")": "(", "）": "（"}
_NO_TITLE = re.compile(r"[\[\]{}<>\n]")


class Links:
    """A page's links while it is read: the targets by number, and those that were lost."""

    def __init__(self, namespaces: Namespaces) -> None:
        self.targets: list[str] = []
        self.lost: Counter[str] = Counter()
        self._namespaces = namespaces

    def shown(self, parts: list[str]) -> str | None:
        """What the link of these parts shows, a mark where it leads to a page.

        None for what is no link at all.
        """
        title = parts[0].strip()
        if _ADDRESS.match(title):
            self.lost["not a page"] += 1
            return f"[{title.partition(' ')[2]}]"
        if _NO_TITLE.search(title) or OPEN in title:
            return None
        plain = title.removeprefix(":")
        prefix, colon, after = plain.partition(":")
        kind = self._kind(prefix.strip(), after) if colon else ""
        if kind == "hidden" and plain == title:
            self.lost["file or category"] += 1
            return ""
        if "\n" in parts[0] or "\n\n" in "".join(parts[1:]):
            return None
        label = "|".join(parts[1:])
        if not label.strip():
            label = plain if len(parts) == 1 else _before_bracket(after if kind else plain)
        return self._visible(label, plain, leads=not kind)

    def _visible(self, label: str, title: str, *, leads: bool) -> str:
        shown, after = (_label(label), _untold(label)) if MARKS.search(label) else (label, "")
        target = _target(title) if leads else ""
        if not target or GAPS.search(shown) or not shown.strip():
            self.lost["nothing to show" if target else "not a page"] += 1
            return shown + after
        self.targets.append(target)
        return anchor(shown, len(self.targets) - 1) + after

    def _kind(self, prefix: str, name: str) -> str:
        low = prefix.lower()
        if low in self._namespaces.hidden:
            return "hidden"
        if low in self._namespaces.other:
            return "other"
        if low in INTERWIKI_PREFIXES:
            return "other"
        return "hidden" if low in LANGUAGE_PREFIXES or _FILE.search(name) else ""


def _before_bracket(title: str) -> str:
    """What the pipe trick makes of a title: `Oslo` of `[[Oslo (city)|]]` and `[[Oslo, Norway|]]`."""
    if "#" in title:
        return title
    opening = _BRACKETS.get(title[-1:])
    before = title.rpartition(opening)[0] if opening else title.partition(",")[0]
    return before.strip() or title


def _untold(label: str) -> str:
    """The marks of what a label lost, to stand behind it."""
    lost = LOST in label or is_damaged(label)
    return FORMULA * (FORMULA in label) + LOST * lost


def _label(text: str) -> str:
    plain = without_marks(text)
    gap = GAPS.search(text)
    return plain or (gap[0] if gap else "")


def _target(title: str) -> str:
    """The page's title as the wiki writes it; empty where the link stays on its page."""
    if UNTOLD.search(title):
        return ""
    page = html.unescape(unquote(title)) if "%" in title or "&" in title else title
    page = " ".join(MARKS.sub("", page.partition("#")[0]).replace("_", " ").split())
    return page[:1].upper() + page[1:]
