"""Dates, years, money, shares and quantities by pattern, in each language's own words."""

from __future__ import annotations

from masksearch.config import RampConfig
from masksearch.schemas import Passage, Span, SpanSource, SpanType
from masksearch.spans.languages import patterns


class PatternSpans:
    """A SpanExtractor: dates, years, centuries, money, shares and quantities with units."""

    @classmethod
    def from_recipe(cls, config: RampConfig) -> PatternSpans:
        """As a recipe has it."""
        return cls()

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order; a date and a number may overlap."""
        found = [
            Span(
                start=match.start(),
                end=match.end(),
                text=match[0],
                type=pattern.type,
                source=SpanSource.PATTERN,
            )
            for pattern in patterns(passage.lang)
            for match in pattern.regex.finditer(passage.text)
        ]
        return sorted(found, key=lambda span: (span.start, span.end))


def figure_type(text: str, lang: str) -> SpanType | None:
    """Date or number where the whole text is one, in that language."""
    return next((p.type for p in patterns(lang) if p.regex.fullmatch(text)), None)
