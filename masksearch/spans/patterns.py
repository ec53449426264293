"""Dates, years and quantities by pattern, for English text."""

from __future__ import annotations

import re

from masksearch.schemas import Passage, Span, SpanSource, SpanType

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_YEAR = r"(?:1\d{3}|20\d{2})"
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?:hundred|thousand|million|billion|trillion)"
_UNIT = (
    r"(?:km²|km2|km/h|km|kilomet(?:er|re)s?|met(?:er|re)s?|cm|centimet(?:er|re)s?|mm|miles?|mph"
    r"|feet|foot|ft|inches|acres|hectares|square (?:miles|kilomet(?:er|re)s|feet|met(?:er|re)s)"
    r"|kg|kilograms?|grams?|tonnes?|tons?|pounds?|lb|lit(?:er|re)s?|gallons?|°[CF]|K|kPa|MPa"
    r"|V|volts?|W|watts?|kW|MW|Hz|kHz|MHz|GHz|MB|GB|bits?|bytes?"
    r"|years?|months?|weeks?|days?|hours?|minutes?|seconds?|people|inhabitants|speakers)"
)

_PATTERNS = (
    (
        SpanType.DATE,
        re.compile(
            rf"\b(?:{_DAY} {_MONTH} {_YEAR}|{_MONTH} {_DAY}, {_YEAR}|{_MONTH} {_YEAR}"
            rf"|{_DAY} {_MONTH}|{_MONTH} {_DAY}(?!\d)"
            rf"|\d{{1,2}}(?:st|nd|rd|th) century(?: BCE?)?"
            rf"|\d{{1,4}} BCE?|{_YEAR}s|{_YEAR})\b"
        ),
    ),
    (
        SpanType.NUMBER,
        re.compile(
            rf"(?<![\w.,])(?:[$£€¥](?:{_FIGURE})(?: {_SCALE})?"
            rf"|(?:{_FIGURE})(?:%| percent| per cent| {_SCALE}(?: {_UNIT})?| {_UNIT})"
            r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?![\w%]|[.,]\d)"
        ),
    ),
)


class PatternSpans:
    """A SpanExtractor: dates, years, centuries, money, shares and quantities with units."""

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order; a date and a number may overlap."""
        if passage.lang != "en":
            return []
        found = [
            Span(
                start=match.start(),
                end=match.end(),
                text=match[0],
                type=kind,
                source=SpanSource.PATTERN,
            )
            for kind, pattern in _PATTERNS
            for match in pattern.finditer(passage.text)
        ]
        return sorted(found, key=lambda span: (span.start, span.end))
