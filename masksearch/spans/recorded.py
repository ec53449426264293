"""Spans that an expensive extractor or scorer found once, kept in a file beside the passages.

A file of spans belongs to one shard of passages and has its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from masksearch.readings import FoundSpans
from masksearch.schemas import Passage, Span
from masksearch.store import read_records


class RecordedSpans:
    """A SpanExtractor: what was recorded of a passage."""

    def __init__(self, spans: Mapping[str, tuple[Span, ...]]) -> None:
        self._spans = spans

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order; none for a passage that has no record."""
        return list(self._spans.get(passage.id, ()))


def read_spans(path: Path) -> RecordedSpans:
    """The spans of a file; none where there is no such file."""
    if not path.exists():
        return RecordedSpans({})
    return RecordedSpans({one.passage_id: one.spans for one in read_records(path, FoundSpans)})
