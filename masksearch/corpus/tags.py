"""HTML within a page: what of it a reader sees, without the tags."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from masksearch.corpus.marks import BREAK, LOST

_INLINE = {
    *("abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font"),
    *("i", "img", "ins", "kbd", "mark", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "small"),
    *("span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "a", "acronym"),
    *("label", "nobr", "abbrev", "blink", "meta", "link"),
}
_BLOCKS = {
    *(
        "p",
        "div",
        "blockquote",
        "center",
        "ul",
        "ol",
        "dl",
        "hr",
        "li",
        "dd",
        "dt",
        "poem",
        "table",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "caption", "tr", "td", "th", "details", "summary"),
    *("tabber", "tabs", "tab", "figure", "figcaption", "article", "aside", "header"),
}
_TABLE_PARTS = {"tbody", "thead", "tfoot", "col", "colgroup"}
_TRANSPARENT = {
    *("noinclude", "onlyinclude", "includeonly", "nowiki", "translate", "tvar", "phonos", "lang"),
    *("noshowtoc", "languages", "langconvert", "ref", "references", "gallery", "math"),
    *("pre", "chem", "ce", "source", "syntaxhighlight", "timeline"),
}
VISIBLE = frozenset(_INLINE | _BLOCKS | _TABLE_PARTS | _TRANSPARENT)
"""Tags whose content is text like any other."""

_VOID = {"br", "hr", "img", "wbr", "meta", "link", "col"}
_RETRACTED = {"s", "strike", "del", "rp"}
"""Struck words, and brackets that are shown only where rubies cannot be."""
_HIDDEN_CLASSES = {
    *("sortkey", "noprint", "metadata", "navigation-not-searchable", "printonly", "mw-empty-elt"),
    *("geo-nondefault", "geo-multi-punct", "error", "hidden", "mw-editsection"),
}
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|(?<![\w-])color\s*:\s*transparent|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_CLASSES = re.compile(r"\bclass\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_HIDDEN_ATTRIBUTE = re.compile(r"(?:^|\s)hidden(?:\s|=|/?$)", re.IGNORECASE)

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*+)\b([^<>]*)>", re.IGNORECASE)
_HTML_TABLE = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
_UNKNOWN = re.compile(r"</?[a-z][\w:-]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_PARAGRAPH_END = re.compile(f"\n\n|{BREAK}")
_UNIT_POWER = re.compile(r"(?<=[a-z])<sup>([23])</sup>", re.IGNORECASE)
_POWERS = {"2": "²", "3": "³"}
_RAISED = re.compile(r"<sup\b[^<>]*>\s*(?=[0-9−+-])", re.IGNORECASE)
_READING = re.compile(r"<(/?)rt\b[^<>]*>", re.IGNORECASE)


def without_tags(text: str) -> str:
    """The text without tags and what they hide; LOST for a tag that nobody knows."""
    text = _without_html_tables(text)
    text = "".join(_seen(text))
    text = _READING.sub(lambda match: ")" if match[1] else "(", text)
    text = _UNIT_POWER.sub(lambda match: _POWERS[match[1]], text)
    text = _TAG.sub(_tag, _RAISED.sub("^", text))
    return _UNKNOWN.sub(LOST, text) if "<" in text else text


def _tag(match: re.Match[str]) -> str:
    name = match[2].lower()
    if name == "br":
        return " "
    if name == "q":
        return "”" if match[1] else "“"
    if name in _BLOCKS:
        return BREAK
    return "" if name in VISIBLE else match[0]


def _seen(text: str) -> Iterator[str]:
    """What is left of a text without its hidden elements.

    One that is never closed ends with its paragraph, or is shown where it may hold many.
    """
    cursor = 0
    endless: set[str] = set()
    tags = list(_TAG.finditer(text))
    hiding = [number for number, tag in enumerate(tags) if _hides(tag)]
    ends = [end.start() for end in _PARAGRAPH_END.finditer(text)] if hiding else []
    for number in hiding:
        tag = tags[number]
        name = tag[2].lower()
        if tag.start() < cursor or name in endless:
            continue
        end = _end_of_element(tags, number, _limit(name, tag.end(), ends, len(text)))
        if end <= len(text):
            yield text[cursor : tag.start()]
            cursor = end
        else:
            endless.add(name)
    yield text[cursor:]


def _hides(tag: re.Match[str]) -> bool:
    name, attributes = tag[2].lower(), tag[3]
    if tag[1] or name in _VOID or name not in VISIBLE or attributes.endswith("/"):
        return False
    if name in _RETRACTED:
        return True
    return bool(attributes.strip()) and _says_hidden(attributes)


def _says_hidden(attributes: str) -> bool:
    if _HIDDEN_STYLE.search(attributes):
        return True
    if named := _CLASSES.search(attributes):
        classes = (named[1] or named[2] or named[3] or "").lower().split()
        if _HIDDEN_CLASSES.intersection(classes):
            return True
    return bool(_HIDDEN_ATTRIBUTE.search(_QUOTED.sub("", attributes)))


def _limit(name: str, start: int, ends: list[int], length: int) -> int:
    """Where an element ends at the latest; beyond the text for one that may hold paragraphs."""
    if name not in _INLINE:
        return length + 1
    at = bisect_left(ends, start)
    return ends[at] if at < len(ends) else length


def _end_of_element(tags: list[re.Match[str]], number: int, limit: int) -> int:
    """Where the element of that tag ends; the limit where it is not closed before that."""
    name, depth = tags[number][2].lower(), 1
    for at in range(number + 1, len(tags)):
        tag = tags[at]
        if tag.start() >= limit:
            break
        if tag[2].lower() == name and not tag[3].endswith("/"):
            depth += -1 if tag[1] else 1
            if not depth:
                return tag.end()
    return limit


def _without_html_tables(text: str) -> str:
    pieces, depth, cursor = [], 0, 0
    for match in _HTML_TABLE.finditer(text):
        if not depth:
            pieces.append(text[cursor : match.start()])
        depth = max(0, depth - 1) if match[1] else depth + 1
        cursor = match.end() if not depth else cursor
        if depth == 1 and not match[1]:
            begin = match.end()
    if depth:  # never closed: only the tag goes
        cursor = begin
    return "".join([*pieces, text[cursor:]]) if pieces else text
