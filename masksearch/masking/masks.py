"""Choosing masks: an exact number of spans, without replacement, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from masksearch.schemas import Span
from masksearch.text import digest

APART = 30
"""Characters between two masks that a window should keep, so that each has its context."""
_TRIES = 8

Order = Callable[[], Sequence[Span]]
"""Gives the spans in an order of preference; one that draws gives another every time."""


def seeded(*parts: str | int) -> random.Random:
    """A generator that depends on nothing but `parts`."""
    return random.Random(int(digest(*map(str, parts)), 16))


def choose_masks(count: int, order: Order, apart: int = 0) -> tuple[Span, ...]:
    """Exactly `count` of the spans in text order, or none where there are too few.

    Spans must not overlap. The first ones of the order are chosen that stand at least
    `apart` characters from each other, and where that many cannot be found, the first ones
    of those that are left.
    """
    for _ in range(_TRIES):
        ordered = order()
        if len(ordered) < count:
            return ()
        chosen = _spread(ordered, count, apart)
        if len(chosen) == count:
            break
    else:
        others = [span for span in ordered if span not in chosen]
        chosen = [*chosen, *others[: count - len(chosen)]]
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
