"""Every `[[…]]` of a page by a scan that shares no code with the parser, and where it stands."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

_LINK = re.compile(r"\[\[([^\[\]|{}<>\n]+)(?:\|([^\[\]]*))?\]\]([a-zß-öø-ÿ]*)")
_TAG_OR_COMMENT = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
_REGIONS = (
    ("comment", re.compile(r"<!--.*?-->", re.DOTALL)),
    ("reference", re.compile(r"<ref\b[^<>/]*>.*?</ref\s*>", re.DOTALL | re.IGNORECASE)),
    (
        "unseen tag",
        re.compile(
            r"<(nowiki|gallery|math|pre|source|syntaxhighlight|timeline|imagemap|references)\b"
            r"[^<>/]*>.*?</\1\s*>",
            re.DOTALL | re.IGNORECASE,
        ),
    ),
)
_PAIRS = (("template", "{{", "}}"), ("table", "\n{|", "\n|}"), ("file", "[[File:", "]]"))
_HEADING = re.compile(r"^(=+)\s*(.*?)\s*\1\s*$", re.MULTILINE)
_BACK = re.compile(
    r"references|external links|see also|further reading|notes.*|bibliography|sources|footnotes"
    r"|citations|works cited|gallery|references and notes|literature",
    re.IGNORECASE,
)
_OTHER_PAGE = re.compile(
    r"\s*:?\s*[a-z-]{2,12}\s*:|\s*:?(?:file|image|category)\s*:|\s*#", re.IGNORECASE
)


_RENDERED = re.compile(r"\{\{|<su[bp]\b")


class Scanned(NamedTuple):
    """A link as it stands in the wikitext: its page, what is shown, and where it is.

    `shown` is None where a template or a raised figure would have to be rendered to know.
    """

    target: str
    shown: str | None
    region: str


def scan(wikitext: str) -> list[Scanned]:
    """All links without one inside, in order."""
    regions = sorted(_regions(wikitext))
    return [
        Scanned(_title(match[1]), _shown(match), _region(match, regions))
        for match in _LINK.finditer(wikitext)
    ]


def plain(shown: str) -> str:
    """What a reader sees of a link's text, without white space."""
    text = html.unescape(_TAG_OR_COMMENT.sub("", shown).replace("'''''", "").replace("'''", ""))
    return "".join(text.replace("''", "").split())


def _shown(match: re.Match[str]) -> str | None:
    label = _label(match)
    return None if _RENDERED.search(label) else plain(f"{label}{match[3]}")


def _label(match: re.Match[str]) -> str:
    given = match[2]
    return given if given is not None and given.strip() else match[1].strip().removeprefix(":")


def _title(written: str) -> str:
    page = html.unescape(unquote(written)).strip().removeprefix(":").partition("#")[0]
    page = " ".join(page.replace("_", " ").split())
    return page[:1].upper() + page[1:]


def _region(match: re.Match[str], regions: list[tuple[int, int, str]]) -> str:
    for start, end, name in regions:
        if start <= match.start() and match.end() <= end:
            return name
    return "not a page" if _OTHER_PAGE.match(match[1]) else ""


def _regions(wikitext: str) -> Iterator[tuple[int, int, str]]:
    for name, pattern in _REGIONS:
        yield from ((match.start(), match.end(), name) for match in pattern.finditer(wikitext))
    for name, opening, closing in _PAIRS:
        yield from ((start, end, name) for start, end in _paired(wikitext, opening, closing))
    yield from ((start, end, "back matter") for start, end in _back_matter(wikitext))


def _paired(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    inner = "[[" if opening.startswith("[[") else opening
    at = text.find(opening)
    while at >= 0:
        depth, here = 1, at + len(opening)
        while depth:
            further, end = text.find(inner, here), text.find(closing, here)
            if end < 0:
                return
            if 0 <= further < end:
                depth, here = depth + 1, further + len(inner)
            else:
                depth, here = depth - 1, end + len(closing)
        yield at, here
        at = text.find(opening, here)


def _back_matter(wikitext: str) -> Iterator[tuple[int, int]]:
    begin, below = -1, 0
    for heading in _HEADING.finditer(wikitext):
        level = len(heading[1])
        if begin >= 0 and level <= below:
            yield begin, heading.start()
            begin = -1
        if begin < 0 and _BACK.fullmatch(heading[2]):
            begin, below = heading.end(), level
    if begin >= 0:
        yield begin, len(wikitext)
