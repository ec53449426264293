"""What a language model is given of passages to read for spans, and what it found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from masksearch.rejection import Rejection
from masksearch.schemas import Interval, Record, Span


class FoundSpans(Record):
    """What was found in a passage, and what was refused of it with the reason."""

    passage_id: str
    spans: tuple[Span, ...] = ()
    rejected: tuple[Rejection, ...] = ()


class ScoredText(NamedTuple):
    """A passage to be scored: its title, which is read first, its text, and spans of it."""

    title: str
    text: str
    spans: Sequence[Interval]
