"""What stands between two tags and is no wikitext: comments, references, formulas, code.

It is taken out first, as MediaWiki does, so that no bracket in it can pair with one
outside. Of a tag whose end is missing, only the tag itself is taken out.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from masksearch.corpus.marks import FORMULA

_REFERENCES = {"ref", "references"}
_FORMULAS = {"math", "chem", "ce", "hiero"}
_UNSEEN = {
    *("gallery", "timeline", "syntaxhighlight", "source", "pre", "score", "imagemap", "graph"),
    *("inputbox", "style", "script", "templatestyles", "mapframe", "maplink", "categorytree"),
    *("indicator", "templatedata", "section", "rss", "charinsert"),
}
_NAMES = "|".join(sorted({"nowiki", *_REFERENCES, *_FORMULAS, *_UNSEEN}))
_OPENING = re.compile(rf"<(?:!--|({_NAMES})\b([^<>]*)>)", re.IGNORECASE)
_SIMPLE_FORMULA = re.compile(r"(?:[^\W_]|[.,+=() −-]){1,24}")
_MARKUP = re.compile(r"[\[\]{}|<>'&*#:;=_!~-]")
_COMMENT_END = "-->"
_LINK = "[["


class Opened(NamedTuple):
    """A text without its opaque parts, and the links that were in them, by kind of part."""

    text: str
    lost: Counter[str]


def without_opaque(text: str) -> Opened:
    """Take out comments and opaque tags; in time linear in the text's length."""
    pieces: list[str] = []
    lost: Counter[str] = Counter()
    endless: set[str] = set()
    cursor = 0
    while opening := _OPENING.search(text, cursor):
        name = (opening[1] or "").lower()
        end = _end(text, opening, name, endless)
        pieces.append(text[cursor : opening.start()])
        cursor = end.after
        inner = text[opening.end() : end.begin]
        if name == "nowiki":
            pieces.append(_literal(inner))
        elif name in _FORMULAS:
            pieces.append(_formula(inner))
        lost[_reason(name)] += inner.count(_LINK)
    if not pieces:
        return Opened(text, lost)
    return Opened("".join([*pieces, text[cursor:]]), lost)


class _End(NamedTuple):
    begin: int
    after: int


def _end(text: str, opening: re.Match[str], name: str, endless: set[str]) -> _End:
    """Where the content ends; where the tag itself does when its end is missing."""
    if not name:
        at = text.find(_COMMENT_END, opening.end())
        return _End(at, at + len(_COMMENT_END)) if at >= 0 else _End(len(text), len(text))
    if not opening[2].rstrip().endswith("/") and name not in endless:
        if closing := _closing(name).search(text, opening.end()):
            return _End(closing.start(), closing.end())
        endless.add(name)  # so that the rest of the text is searched once
    return _End(opening.end(), opening.end())


@cache
def _closing(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}\s*>", re.IGNORECASE)


def _reason(name: str) -> str:
    if not name:
        return "comment"
    return "reference" if name in _REFERENCES else name if name == "nowiki" else "unseen tag"


def _formula(inner: str) -> str:
    """A formula that is plain text stays; of any other nothing can be shown."""
    shown = inner.strip()
    return shown if _SIMPLE_FORMULA.fullmatch(shown) else FORMULA


def _literal(inner: str) -> str:
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", inner)
