"""Choosing masks: an exact number of spans, without replacement, from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from masksearch.schemas import Span
from masksearch.text import digest

APART = 30
"""Characters between two masks that a window should keep, so that each has its context."""
_TRIES = 8


def seeded(*parts: str | int) -> random.Random:
    """A generator that depends on nothing but `parts`."""
    return random.Random(int(digest(*map(str, parts)), 16))


def choose_masks(
    spans: Sequence[Span], count: int, rng: random.Random, apart: int = 0
) -> tuple[Span, ...]:
    """Exactly `count` of the spans in text order, or none where there are too few.

    Spans must not overlap. Those at least `apart` characters from each other are chosen
    where that many can be found.
    """
    if len(spans) < count:
        return ()
    shuffled = list(spans)
    for _ in range(_TRIES):
        rng.shuffle(shuffled)
        chosen = _spread(shuffled, count, apart)
        if len(chosen) == count:
            break
    else:
        chosen = shuffled[:count]
    return tuple(sorted(chosen, key=lambda span: span.start))


def _spread(spans: Sequence[Span], count: int, apart: int) -> list[Span]:
    chosen: list[Span] = []
    for span in spans:
        near = any(
            span.start < other.end + apart and other.start < span.end + apart for other in chosen
        )
        if not near and len(chosen) < count:
            chosen.append(span)
    return chosen
