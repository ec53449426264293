"""The extractors that a recipe names, as one."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.config import RampConfig
from masksearch.ports import SpanExtractor
from masksearch.schemas import Passage, Span
from masksearch.spans.links import LinkSpans
from masksearch.spans.merge import merge_spans
from masksearch.spans.patterns import PatternSpans


class MergedSpans:
    """A SpanExtractor: what several extractors found, without overlaps."""

    def __init__(self, extractors: Sequence[SpanExtractor]) -> None:
        self._extractors = extractors

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order that do not overlap."""
        return merge_spans(span for one in self._extractors for span in one.extract(passage))


def build_spans(config: RampConfig) -> SpanExtractor:
    """The extractors of a recipe."""
    extractors: dict[str, SpanExtractor] = {"link": LinkSpans(), "pattern": PatternSpans()}
    return MergedSpans([extractors[name] for name in config.spans])
