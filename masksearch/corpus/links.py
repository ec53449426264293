"""Wikilinks: which are shown, as what, and which lead to a page."""

from __future__ import annotations

import html
import re
from collections import Counter
from urllib.parse import unquote

from masksearch.corpus.marks import FORMULA, GAP, MARKS, OPEN, anchor, without_marks
from masksearch.corpus.namespaces import Namespaces

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z-]+)?|simple")
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
        if _NO_TITLE.search(title) or OPEN in title:
            return None
        plain = title.removeprefix(":")
        prefix, colon, _ = plain.partition(":")
        kind = self._kind(prefix.strip()) if colon else ""
        if kind == "hidden" and plain == title:
            self.lost["file or category"] += 1
            return ""
        if "\n" in parts[0] or "\n\n" in "".join(parts[1:]):
            return None
        label = "|".join(parts[1:]) if len(parts) > 1 else ""
        return self._visible(label if label.strip() else plain, plain, leads=not kind)

    def _visible(self, label: str, title: str, *, leads: bool) -> str:
        shown = _label(label)
        target = _target(title) if leads else ""
        if not target or GAP in shown or not shown.strip():
            self.lost["nothing to show" if target else "not a page"] += 1
            return shown
        self.targets.append(target)
        after = FORMULA if FORMULA in label else ""
        return anchor(shown, len(self.targets) - 1) + after

    def _kind(self, prefix: str) -> str:
        low = prefix.lower()
        if low in self._namespaces.hidden:
            return "hidden"
        if low in self._namespaces.other:
            return "other"
        return "hidden" if _LANGUAGE.fullmatch(prefix) else ""


def _label(text: str) -> str:
    if not MARKS.search(text):
        return text
    plain = without_marks(text)
    return plain if plain else GAP * (GAP in text)


def _target(title: str) -> str:
    """The page's title as the wiki writes it; empty where the link stays on its page."""
    if GAP in title:
        return ""
    page = html.unescape(unquote(title)) if "%" in title or "&" in title else title
    page = " ".join(MARKS.sub("", page.partition("#")[0]).replace("_", " ").split())
    return page[:1].upper() + page[1:]
