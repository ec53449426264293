"""Dates, years, money, shares and quantities by pattern, in each language's own words."""

from __future__ import annotations

import re

from masksearch.config import RampConfig
from masksearch.schemas import Passage, Span, SpanSource, SpanType
from masksearch.spans.folding import folded
from masksearch.spans.grammar import Pattern
from masksearch.spans.languages import patterns


class PatternSpans:
    """A SpanExtractor: dates, years, centuries, money, shares and quantities with units."""

    @classmethod
    def from_recipe(cls, config: RampConfig) -> PatternSpans:
        """As a recipe has it."""
        return cls()

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order; a date and a number may overlap."""
        text, form = passage.text, folded(passage.text)
        spans = [
            Span(
                start=(place := form.place(*found)).start,
                end=place.end,
                text=text[place.start : place.end],
                type=pattern.type,
                source=SpanSource.PATTERN,
            )
            for pattern in patterns(passage.lang)
            for found in _places(pattern, form.text)
        ]
        return sorted(spans, key=lambda span: (span.start, span.end))


def _places(pattern: Pattern, text: str) -> list[tuple[int, int]]:
    """Where a pattern matches; quantities in a row, such as feet and inches, are one."""
    found: list[tuple[int, int]] = []
    for match in pattern.regex.finditer(text):
        if pattern.type is SpanType.NUMBER and found and _go_on(text, found[-1][1], match):
            found[-1] = (found[-1][0], match.end())
        else:
            found.append(match.span())
    return found


def _go_on(text: str, end: int, match: re.Match[str]) -> bool:
    """Whether a quantity that ended there goes on with the next match: both have a unit."""
    return (
        text[end : match.start()] in {" ", "\u00a0"}
        and text[end - 1].isalpha()
        and match[0][0].isdigit()
        and match[0][-1].isalpha()
    )


def figure_type(text: str, lang: str) -> SpanType | None:
    """Date or number where the whole text is one, in that language."""
    form = folded(text)
    return next((p.type for p in patterns(lang) if p.regex.fullmatch(form.text)), None)
