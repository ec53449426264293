"""What a marked-up text says: paragraphs, a title, and the sections that they are in."""

from __future__ import annotations

from typing import NamedTuple

from masksearch.schemas import Section


class Plain(NamedTuple):
    """Paragraphs joined by blank lines; `title` is empty where the text bears none."""

    text: str
    title: str = ""
    sections: tuple[Section, ...] = ()


class Writer:
    """Takes paragraphs and headings in order."""

    def __init__(self) -> None:
        self.title = ""
        self._pieces: list[str] = []
        self._sections: list[Section] = []
        self._length = 0

    def paragraph(self, text: str) -> None:
        """Add a paragraph; one that says nothing is passed over."""
        if text := text.strip():
            self._pieces.append(text)
            self._length += len(text) + 2

    def heading(self, text: str) -> None:
        """Begin a section; the first is the title, unless there is one."""
        if title := " ".join(text.split()):
            self._sections.append(Section(self._length, title))
            self.title = self.title or title

    def finish(self) -> Plain:
        """What was taken."""
        return Plain("\n\n".join(self._pieces), self.title, tuple(self._sections))
