"""One list of spans that do not overlap, from those of several extractors."""

from __future__ import annotations

from collections.abc import Iterable

from masksearch.schemas import Span, SpanSource

_RANK = {SpanSource.LINK: 0, SpanSource.NER: 1, SpanSource.LLM: 2, SpanSource.PATTERN: 3}


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Spans in text order without overlaps: links before others, longer before shorter."""
    kept: list[Span] = []
    for span in sorted(spans, key=_precedence):
        if not any(span.interval.overlaps(other.interval) for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _precedence(span: Span) -> tuple[int, int, int]:
    return _RANK[span.source], span.start - span.end, span.start
