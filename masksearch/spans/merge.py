"""One list of spans that do not overlap, from those of several extractors.

The rule: a link comes before what a pipeline for named entities found, that before what a
language model named, that before a pattern, and of one source the longer span before the
shorter. Spans of several sources over the very same text become one: of the first source,
with the page that any of them points to, and of the first type that says more than `entity`.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from masksearch.schemas import Span, SpanSource, SpanType

_RANK = {SpanSource.LINK: 0, SpanSource.NER: 1, SpanSource.LLM: 2, SpanSource.PATTERN: 3}
_Place: TypeAlias = tuple[int, int]


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Spans in text order without overlaps."""
    found: dict[_Place, list[Span]] = {}
    for span in sorted(spans, key=_precedence):
        found.setdefault((span.start, span.end), []).append(span)
    taken: list[_Place] = []
    for place in found:  # in the order of precedence
        if _is_free(place, taken):
            insort(taken, place)
    return [_as_one(found[place]) for place in taken]


def _precedence(span: Span) -> tuple[int, int, int]:
    return _RANK[span.source], span.start - span.end, span.start


def _is_free(place: _Place, taken: Sequence[_Place]) -> bool:
    """Whether a place overlaps none of those taken, which are in order."""
    at = bisect(taken, place)
    is_after = at == 0 or taken[at - 1][1] <= place[0]
    return is_after and (at == len(taken) or place[1] <= taken[at][0])


def _as_one(spans: Sequence[Span]) -> Span:
    first, *others = spans
    if not others:
        return first
    kind = next((s.type for s in spans if s.type is not SpanType.ENTITY), first.type)
    target = next((s.target for s in spans if s.target), "")
    return first.changed(type=kind, target=target)
