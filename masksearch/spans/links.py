"""Wikilinks as spans: what editors marked by hand as worth looking up."""

from __future__ import annotations

import re

from masksearch.config import RampConfig
from masksearch.language import base_language
from masksearch.schemas import Passage, Span, SpanSource, SpanType
from masksearch.spans.folding import folded
from masksearch.spans.languages import month_names
from masksearch.spans.patterns import figure_type

_WORDS = re.compile(r"[^\W\d_]+")
_BRACKETED = re.compile(r"[(（]([^)）]*)[)）]\s*$")
_YEAR = re.compile(r"(?:AD |BC )?\d{3,4}s?(?: BCE?)?|(?:AD |BC )?\d{1,4} BCE?")
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
_HAN_ORGANISATION = re.compile(
    r"(?:大[学學]|学院|學院|公司|集[团團]|[银銀]行|政党|[党黨]|委[员員][会會]|[协協][会會]|[联聯]盟|部[队隊]"
    r"|[乐樂][团團]|[报報]社|[会會]社|省庁)$"
)
_HAN_PLACE = re.compile(
    r"(?:[国國]|省|市|[县縣]|[区區]|州|[镇鎮]|村|[乡鄉]|[岛島]|山|河|江|湖|海|洋|半[岛島]|高原|盆地|大[陆陸]|府)$"
)
_TELLS_CASE = frozenset({"en", "fr", "es", "it", "pt", "ru", "bg"})
"""Languages in which a term is written in lower case and a name is not; German is none."""


class LinkSpans:
    """A SpanExtractor: every wikilink of a passage, with the page behind it as its target."""

    @classmethod
    def from_recipe(cls, config: RampConfig) -> LinkSpans:
        """As a recipe has it."""
        return cls()

    def extract(self, passage: Passage) -> list[Span]:
        """Spans of the links in text order; none for a passage without links."""
        return [
            Span(
                start=link.start,
                end=link.end,
                text=(shown := passage.text[link.start : link.end]),
                type=link_type(shown, link.target, passage.lang),
                source=SpanSource.LINK,
                target=link.target,
            )
            for link in passage.links
            if link.start < link.end
        ]


def link_type(shown: str, target: str, lang: str = "en") -> SpanType:
    """What a link names, by simple signs in its text and its target.

    `entity` where the signs are silent, `term` where the text is all in lower case.
    """
    if figure := _figure(shown, lang):
        return figure
    words = {word.lower() for word in _WORDS.findall(f"{shown} {target}")}
    bracketed = _BRACKETED.search(target)
    if bracketed and _PEOPLE & set(bracketed[1].lower().split()):
        return SpanType.PERSON
    if base_language(lang) in _TELLS_CASE and shown == shown.lower():
        return SpanType.TERM
    name = plain_title(target) or shown
    if words & _ORGANISATIONS or _HAN_ORGANISATION.search(name):
        return SpanType.ORGANISATION
    if words & _PLACES or ", " in target or _HAN_PLACE.search(name):
        return SpanType.PLACE
    return SpanType.ENTITY


def _figure(shown: str, lang: str) -> SpanType | None:
    """Date or number, where the text is nothing else."""
    form = folded(shown).text
    if _YEAR.fullmatch(form) or month_names(lang).fullmatch(form):
        return SpanType.DATE
    return figure_type(shown, lang) or (SpanType.NUMBER if _NUMBER.fullmatch(form) else None)


def plain_title(title: str) -> str:
    """A page's title without the bracket that tells it from its namesakes."""
    return _BRACKETED.sub("", title).strip()
