"""What stands between two tags and is no wikitext: comments, references, formulas, code.

It is taken out first, as MediaWiki does, so that no bracket in it can pair with one
outside. Of a tag whose end is missing, only the tag itself is taken out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from typing import NamedTuple

from masksearch.corpus.marks import BREAK, FORMULA, GAP, LOST
from masksearch.corpus.tags import VISIBLE

_REFERENCES = {"ref", "references"}
_FORMULAS = {"math", "chem", "ce", "hiero"}
_UNSEEN = {
    *("gallery", "timeline", "syntaxhighlight", "source", "pre", "score", "imagemap", "graph"),
    *("inputbox", "style", "script", "templatestyles", "mapframe", "maplink", "categorytree"),
    *("indicator", "templatedata", "section", "rss", "charinsert", "includeonly", "infobox"),
    *("youtube", "embedvideo", "video", "audio", "dpl", "dynamicpagelist", "chart", "languages"),
    *("poll", "quiz", "slideshow", "iframe", "svg", "googlemap", "display_map"),
}
_OPAQUE = frozenset({"nowiki", *_REFERENCES, *_FORMULAS, *_UNSEEN})
_SEEN = VISIBLE - _OPAQUE
_TAG = re.compile(r"<(?:!--|([a-z][\w:-]*+)([^<>]*)>)", re.IGNORECASE)
_CLOSING = re.compile(r"</([a-z][\w:-]*)\s*>", re.IGNORECASE)
_TABS = re.compile(
    r"<tabber\b[^<>]*>\s*(?:\|-\|\s*)?[^=|<>\n\[\]]{0,80}=|\|-\|\s*[^=|<>\n\[\]]{0,80}=",
    re.IGNORECASE,
)
_SIMPLE_FORMULA = re.compile(r"(?:[^\W_]|[.,+=() −-]){1,24}")
_MARKUP = re.compile(r"[\[\]{}|<>'&*#:;=_!~-]")
_CODE = {"syntaxhighlight", "source"}
_INLINE = re.compile(r"\binline\b", re.IGNORECASE)
_LABEL = re.compile(r"\btext\s*=\s*[\"']([^\"'\[\]]*)", re.IGNORECASE)
_COMMENT_END = "-->"
_LINK = "[["


class Opened(NamedTuple):
    """A text without its opaque parts, and the links that were in them, by kind of part."""

    text: str
    lost: Counter[str]


def without_opaque(text: str) -> Opened:
    """Take out comments and opaque tags; in time linear in the text's length.

    An element that nobody knows leaves LOST, as a wiki's extension may show words for it.
    """
    if "<tabber" in text.lower():
        text = _TABS.sub(BREAK, text)
    pieces: list[str] = []
    lost: Counter[str] = Counter()
    ends = _Ends(text)
    cursor = at = 0
    while opening := _TAG.search(text, at):
        name, at = (opening[1] or "").lower(), opening.end()
        end = None if name in _SEEN else ends.of(opening, name)
        if end is None:
            continue
        pieces.append(text[cursor : opening.start()])
        cursor = at = end.after
        inner = text[opening.end() : end.begin]
        pieces.append(_instead(name, opening[2] or "", inner))
        lost[_reason(name)] += inner.count(_LINK)
    if not pieces:
        return Opened(text, lost)
    return Opened("".join([*pieces, text[cursor:]]), lost)


class _End(NamedTuple):
    begin: int
    after: int


class _Ends:
    """Where elements end; the closing tags are looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._closings: dict[str, list[tuple[int, int]]] | None = None

    def of(self, opening: re.Match[str], name: str) -> _End | None:
        """Where the content ends; where the tag does when its end is missing.

        None for a tag that nobody knows and that has no end: it is text.
        """
        if not name:
            at = self._text.find(_COMMENT_END, opening.end())
            return _End(at, at + len(_COMMENT_END)) if at >= 0 else self._rest()
        closes_itself = opening[2].rstrip().endswith("/")
        if not closes_itself and (closing := self._closing(name, opening.end())):
            return _End(*closing)
        alone = _End(opening.end(), opening.end())
        return alone if name in _OPAQUE or closes_itself else None

    def _rest(self) -> _End:
        return _End(len(self._text), len(self._text))

    def _closing(self, name: str, start: int) -> tuple[int, int] | None:
        if self._closings is None:
            self._closings = {}
            for tag in _CLOSING.finditer(self._text):
                self._closings.setdefault(tag[1].lower(), []).append(tag.span())
        spans = self._closings.get(name, [])
        at = bisect_left(spans, (start, 0))
        return spans[at] if at < len(spans) else None


def _instead(name: str, attributes: str, inner: str) -> str:
    """What stands for an element."""
    if name == "nowiki" or (name in _CODE and _INLINE.search(attributes)):
        return _literal(inner)
    if name in _FORMULAS:
        return _formula(inner)
    if name == "maplink":
        label = _LABEL.search(attributes)
        return label[1] if label else GAP
    if name in _CODE or name == "pre":
        return BREAK
    return "" if not name or name in _OPAQUE else LOST if inner else GAP


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
