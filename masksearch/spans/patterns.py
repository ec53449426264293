"""Dates, years, money, shares and quantities by pattern, in each language's own words."""

from __future__ import annotations

from masksearch.config import RampConfig
from masksearch.schemas import Passage, Span, SpanSource, SpanType
from masksearch.spans.folding import folded
from masksearch.spans.languages import patterns
from masksearch.spans.whole_figures import cuts_figure


class PatternSpans:
    """A SpanExtractor: dates, years, centuries, money, shares and quantities with units."""

    @classmethod
    def from_recipe(cls, config: RampConfig) -> PatternSpans:
        """As a recipe has it."""
        return cls()

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order, of whole figures; a date and a number may overlap."""
        text, form = passage.text, folded(passage.text)
        found = [
            Span(
                start=(place := form.place(*match.span())).start,
                end=place.end,
                text=text[place.start : place.end],
                type=pattern.type,
                source=SpanSource.PATTERN,
            )
            for pattern in patterns(passage.lang)
            for match in pattern.regex.finditer(form.text)
        ]
        whole = [span for span in found if not cuts_figure(text, span.interval, passage.lang)]
        return sorted(whole, key=lambda span: (span.start, span.end))


def figure_type(text: str, lang: str) -> SpanType | None:
    """Date or number where the whole text is one, in that language."""
    form = folded(text)
    return next((p.type for p in patterns(lang) if p.regex.fullmatch(form.text)), None)
