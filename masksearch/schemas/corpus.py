"""Pages and paragraphs, and places in them. All offsets are code points."""

from __future__ import annotations

from typing import NamedTuple

from masksearch.schemas.record import Record


class Interval(NamedTuple):
    """Half-open range of code points."""

    start: int
    end: int

    def shifted(self, by: int) -> Interval:
        """The same range in a text that starts `by` code points earlier."""
        return Interval(self.start + by, self.end + by)


class Link(NamedTuple):
    """A wikilink's anchor in a text and the page it points to."""

    start: int
    end: int
    target: str


class Section(NamedTuple):
    """A heading and the offset in the document's text where its section begins."""

    start: int
    title: str


class Document(Record):
    """One page of a corpus as plain text, with where it came from."""

    id: str
    title: str
    text: str
    corpus: str
    url: str = ""
    lang: str = "en"
    page_id: str = ""
    revision: str = ""
    timestamp: str = ""
    licence: str = ""
    links: tuple[Link, ...] = ()
    sections: tuple[Section, ...] = ()


class Passage(Record):
    """A whole paragraph: what is indexed, retrieved and guarded.

    `id` is the document's id and `#n`; `start` and `end` are in the document's text,
    links in the passage's own.
    """

    id: str
    document_id: str
    title: str
    section: str
    text: str
    start: int
    end: int
    url: str = ""
    lang: str = "en"
    licence: str = ""
    revision: str = ""
    links: tuple[Link, ...] = ()


def page_of(passage_id: str) -> str:
    """The document that a passage id belongs to."""
    return passage_id.rpartition("#")[0] or passage_id
