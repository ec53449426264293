"""Wikilinks as spans: what editors marked by hand as worth looking up."""

from __future__ import annotations

import re

from masksearch.schemas import Passage, Span, SpanSource, SpanType

_WORDS = re.compile(r"[^\W\d_]+")
_BRACKETED = re.compile(r"\(([^)]*)\)\s*$")
_DATE = re.compile(
    r"(?:(?:AD |BC )?\d{3,4}s?(?: BCE?)?"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?: \d{1,2})?(?:,? \d{4})?|\d{1,2} [A-Z][a-z]+(?: \d{4})?|\d{1,2}(?:st|nd|rd|th) century.*)"
)
_NUMBER = re.compile(r"[\d.,]+")
_ORGANISATIONS = {
    *("university", "college", "institute", "academy", "school", "company", "corporation", "inc"),
    *("party", "union", "association", "organization", "organisation", "committee", "council"),
    *("ministry", "department", "agency", "bank", "church", "league", "foundation", "society"),
    *("airlines", "airways", "records", "club", "orchestra", "band", "court", "congress", "senate"),
}
_PLACES = {
    *("city", "river", "mountain", "mountains", "lake", "sea", "ocean", "island", "islands"),
    *("county", "state", "province", "district", "region", "valley", "bay", "peninsula", "desert"),
    *("village", "town", "country", "republic", "kingdom"),
}
_PEOPLE = {
    *("politician", "actor", "actress", "singer", "writer", "author", "footballer", "musician"),
    *("president", "king", "queen", "emperor", "saint", "pope", "philosopher", "biologist"),
}


class LinkSpans:
    """A SpanExtractor: every wikilink of a passage."""

    def extract(self, passage: Passage) -> list[Span]:
        """Spans of the links in text order; none for a passage without links."""
        return [
            Span(
                start=link.start,
                end=link.end,
                text=passage.text[link.start : link.end],
                type=link_type(passage.text[link.start : link.end], link.target),
                source=SpanSource.LINK,
                target=link.target,
            )
            for link in passage.links
            if link.start < link.end
        ]


def link_type(shown: str, target: str) -> SpanType:
    """What a link names, by simple signs in its text and its target.

    `entity` where the signs are silent, `term` where the text is all in lower case.
    """
    if _DATE.fullmatch(shown):
        return SpanType.DATE
    if _NUMBER.fullmatch(shown):
        return SpanType.NUMBER
    words = {word.lower() for word in _WORDS.findall(f"{shown} {target}")}
    bracketed = _BRACKETED.search(target)
    if bracketed and _PEOPLE & set(bracketed[1].lower().split()):
        return SpanType.PERSON
    if shown == shown.lower():
        return SpanType.TERM
    if words & _ORGANISATIONS:
        return SpanType.ORGANISATION
    if words & _PLACES or ", " in target:
        return SpanType.PLACE
    return SpanType.ENTITY


def plain_title(title: str) -> str:
    """A page's title without the bracket that tells it from its namesakes."""
    return _BRACKETED.sub("", title).strip()
