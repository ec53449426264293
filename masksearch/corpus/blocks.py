"""Rendered wikitext with marks, to clean paragraphs with the offsets of links.

While a page is rendered, links, list items, headings and lost formulas are kept as
private-use characters, so that cleaning cannot shift an offset that is not yet taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from masksearch.schemas import Link, Section

OPEN, NUMBERED, CLOSE, ITEM, HEADING, HOLE = "\ue000\ue001\ue002\ue003\ue004\ue005"
MARKS = re.compile("[\ue000-\ue005]")

_LINK_MARK = re.compile(f"{OPEN}\\d+{NUMBERED}|[{OPEN}-{HOLE}]")
_LINK = re.compile(f"{OPEN}(\\d+){NUMBERED}([^{OPEN}{CLOSE}]*){CLOSE}")
_LINK_TRAIL = re.compile(f"{CLOSE}([a-z\u00df-\u00ff]+)")
_REST_OF_TABLE = ("|", "!", "{|")
_BACK_MATTER = {
    *("references", "external links", "see also", "further reading", "notes", "bibliography"),
    *("sources", "footnotes", "citations", "works cited", "notes and references", "gallery"),
}
_HOLES = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"'{2,}", ""),
        (r"\s+", " "),
        (r"\(\s*(?:[,;:–-]\s*)+", "("),
        (r"(?:\s*[,;:])*\s*\)", ")"),
        (r"\[\s*\]", ""),
        (r"\(\s+", "("),
        (r"\(\)", ""),
        (r",(?:\s*,)+", ","),
        (r"\s+(?=[,.;:!?](?:\s|$))", ""),
        (r"\s+", " "),
    )
)


def without_marks(text: str) -> str:
    """Text on one line, with no link left in it."""
    return " ".join(_LINK_MARK.sub("", text).split())


def anchor(shown: str, number: int) -> str:
    """A link's text, marked with its number; white space stays outside."""
    inner = " ".join(shown.split())
    before = " " if shown[:1].isspace() else ""
    after = " " if shown[-1:].isspace() else ""
    return f"{before}{OPEN}{number}{NUMBERED}{inner}{CLOSE}{after}"


def assemble(
    marked: str, targets: Sequence[str]
) -> tuple[str, tuple[Link, ...], tuple[Section, ...]]:
    """Paragraphs joined by blank lines, their links and their sections.

    A list item is a paragraph of its own. Back matter (references, external links and
    the like) is left out, and so is a paragraph that lost a formula.
    """
    pieces: list[str] = []
    links: list[Link] = []
    sections: list[Section] = []
    length, current = 0, ""
    for section, block in _blocks(marked):
        text, found = _resolve(_close_holes(block), targets)
        if not text or HOLE in block:
            continue
        if section != current:
            sections.append(Section(length, section))
            current = section
        links += (Link(link.start + length, link.end + length, link.target) for link in found)
        pieces.append(text)
        length += len(text) + 2
    return "\n\n".join(pieces), tuple(links), tuple(sections)


def _blocks(marked: str) -> Iterator[tuple[str, str]]:
    """Sections' titles and their blocks of lines, back matter left out."""
    section, hidden_below, lines = "", 0, list[str]()
    for line in [*_LINK_TRAIL.sub(f"\\1{CLOSE}", marked).split("\n"), ""]:
        apart = not line.strip() or line.startswith((ITEM, HEADING))
        if apart and lines:
            yield section, " ".join(lines)
            lines = []
        if line.startswith(HEADING):
            level, title = int(line[1]), line[2:].strip()
            if not hidden_below or level <= hidden_below:
                hidden_below = level if title.lower() in _BACK_MATTER else 0
            section = title
        elif line.startswith(ITEM) and not hidden_below:
            yield section, line.lstrip(ITEM)
        elif line.strip() and not hidden_below and not line.lstrip().startswith(_REST_OF_TABLE):
            lines.append(line)


def _close_holes(block: str) -> str:
    for hole, by in _HOLES:
        block = hole.sub(by, block)
    return block.strip()


def _resolve(block: str, targets: Sequence[str]) -> tuple[str, list[Link]]:
    """The block without marks, and its links in its own offsets."""
    pieces: list[str] = []
    links: list[Link] = []
    cursor = length = 0
    for match in _LINK.finditer(block):
        before, shown = MARKS.sub("", block[cursor : match.start()]), match[2]
        start = length + len(before)
        pieces += [before, shown]
        length = start + len(shown)
        if shown:
            links.append(Link(start, length, targets[int(match[1])]))
        cursor = match.end()
    return "".join([*pieces, MARKS.sub("", block[cursor:])]), links
