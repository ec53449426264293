"""A page without brackets and inline markup, to clean paragraphs with the offsets of links."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from masksearch.corpus.holes import close_holes, is_damaged
from masksearch.corpus.local_names import BACK_MATTER
from masksearch.corpus.marks import (
    BREAK,
    CLOSE,
    FORMULA,
    GAPS,
    LOST,
    MARKS,
    NUMBERED,
    OPEN,
    without_marks,
)
from masksearch.schemas import Link, Section

_LINK = re.compile(f"{OPEN}(\\d+){NUMBERED}([^{OPEN}{CLOSE}]*){CLOSE}")
_LINK_TRAIL = re.compile(
    f"{CLOSE}([a-zß-öø-ÿāăąćčďđēęěģīįķļłńņňōőœŕřśšťūůűųźżžșțα-ωάέήίόύώа-яёіїєґўђјљњћџѓќ]+)"
)
_SPACE_INSIDE = re.compile(f"({OPEN}\\d+{NUMBERED})(\\s*)([^{OPEN}{CLOSE}]*?)(\\s*){CLOSE}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_RULE = re.compile(r"^-{4,}", re.MULTILINE)
_ITEM = "*#:;"
_REST_OF_TABLE = ("|", "!", "{|")
_LONGEST_HEADING = 6


class PlainText(NamedTuple):
    """Paragraphs joined by blank lines, with links and sections in their offsets.

    `lost` counts the links that are not among them, `left_out` the paragraphs, by reason.
    """

    text: str
    links: tuple[Link, ...]
    sections: tuple[Section, ...]
    lost: Counter[str]
    left_out: Counter[str]


class _Block(NamedTuple):
    section: str
    text: str
    fate: str = ""
    """Why it is left out; empty for one that is kept."""


def assemble(marked: str, targets: Sequence[str]) -> PlainText:
    """The paragraphs that say something, a list item being a paragraph of its own.

    Left out are back matter (references, external links and the like) and paragraphs that
    lost a formula or, with a template, a word.
    """
    page = _Page(targets)
    for block in _blocks(_LINK_TRAIL.sub(f"\\1{CLOSE}", marked)):
        page.take(block)
    return PlainText(
        "\n\n".join(page.pieces), tuple(page.links), tuple(page.sections), page.lost, page.left_out
    )


class _Page:
    """What is kept of a page, and counts of what is not."""

    def __init__(self, targets: Sequence[str]) -> None:
        self.pieces: list[str] = []
        self.links: list[Link] = []
        self.sections: list[Section] = []
        self.lost: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self._targets = targets
        self._length = 0
        self._section = ""

    def take(self, block: _Block) -> None:
        fate = block.fate or _fate(block.text)
        if fate:
            self.left_out[fate] += 1
            self.lost[fate] += block.text.count(OPEN)
            return
        text, links = _resolve(_clean(block.text), self._targets)
        self.lost["nothing to show"] += block.text.count(OPEN) - len(links)
        if not text:
            return
        if block.section != self._section:
            self.sections.append(Section(self._length, block.section))
            self._section = block.section
        by = self._length
        self.links += (Link(start + by, end + by, target) for start, end, target in links)
        self.pieces.append(text)
        self._length += len(text) + 2


def _fate(text: str) -> str:
    if FORMULA in text:
        return "formula"
    return "template" if LOST in text or is_damaged(text) else ""


def _blocks(marked: str) -> Iterator[_Block]:
    """Blocks of lines under their sections' titles."""
    section, hidden_below, lines = "", 0, list[str]()
    marked = _RULE.sub(BREAK, marked) if "----" in marked else marked
    for line in [*marked.replace(BREAK, "\n\n").split("\n"), ""]:
        first = line[:1]
        level, title = _heading(line) if first == "=" else (0, "")
        is_item = first in _ITEM and bool(first)
        if lines and (is_item or level or not line.strip()):
            yield _Block(section, " ".join(lines), "back matter" if hidden_below else "")
            lines = []
        if level:
            if not hidden_below or level <= hidden_below:
                hidden_below = level if title.lower() in BACK_MATTER else 0
            if OPEN in line:
                yield _Block(section, line, "heading")
            section = title
        elif is_item:
            text = line.lstrip(_ITEM)
            yield _Block(section, text, "back matter" if hidden_below else "")
        elif line.lstrip().startswith(_REST_OF_TABLE):
            yield _Block(section, line, "rest of a table")
        elif line.strip() and (lines or GAPS.sub("", line).strip()):
            lines.append(line)  # a box before a paragraph is no word of it


def _heading(line: str) -> tuple[int, str]:
    """Level and title; level 0 for what is no heading."""
    line = line.rstrip()
    inner = line.strip("=")
    before = len(line) - len(line.lstrip("="))
    after = len(line) - len(line.rstrip("="))
    level = min(before, after, _LONGEST_HEADING)
    if not inner or not level:
        return 0, ""
    return level, html.unescape(without_marks(inner))


def _clean(block: str) -> str:
    if "&" in block:
        block = _ENTITY.sub(_character, block)
    block = _SPACE_INSIDE.sub(rf"\2\1\3{CLOSE}\4", block) if OPEN in block else block
    return close_holes(block)


def _character(entity: re.Match[str]) -> str:
    shown = html.unescape(entity[0])
    return " " if shown.isspace() else MARKS.sub("", shown)


def _resolve(block: str, targets: Sequence[str]) -> tuple[str, list[Link]]:
    """The block without marks, and its links in its own offsets."""
    if OPEN not in block:
        return MARKS.sub("", block), []
    pieces: list[str] = []
    links: list[Link] = []
    cursor = length = 0
    for match in _LINK.finditer(block):
        before, shown = MARKS.sub("", block[cursor : match.start()]), MARKS.sub("", match[2])
        start = length + len(before)
        pieces += [before, shown]
        length = start + len(shown)
        if shown:
            links.append(Link(start, length, targets[int(match[1])]))
        cursor = match.end()
    return "".join([*pieces, MARKS.sub("", block[cursor:])]), links
