"""Which spans are masked first: any alike, the reference's weights, or the hardest."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

from masksearch.masking.masks import Order
from masksearch.schemas import Span
from masksearch.text import UNIT

T = TypeVar("T")


def order_of(strategy: str, spans: Sequence[Span], rng: random.Random) -> Order:
    """The order of preference of a strategy over spans that may be masked."""
    match strategy:
        case "weighted":
            weights = reference_weights(spans)
            return lambda: drawn_by_weight(spans, weights, rng)
        case "perplexity":
            hardest = hardest_first(spans)
            return lambda: hardest
        case _:
            return lambda: rng.sample(spans, len(spans))


def reference_weights(spans: Sequence[Span]) -> list[int]:
    """How many words, or Chinese characters, a span has; a bare figure as many as the longest.

    The weights of MaskSearch's published code (`gen_qa.py`).
    """
    lengths = [len(UNIT.findall(span.text)) for span in spans]
    figures = [span.text.isdigit() for span in spans]
    longest = max((n for n, bare in zip(lengths, figures, strict=True) if not bare), default=1)
    return [longest if bare else n for n, bare in zip(lengths, figures, strict=True)]


def drawn_by_weight(items: Sequence[T], weights: Sequence[float], rng: random.Random) -> list[T]:
    """All items in the order in which they are drawn without replacement.

    Each draw takes an item with a probability proportional to its weight among those left:
    the exponential clocks of Efraimidis and Spirakis (2006).
    """
    clocks = [-math.log(1.0 - rng.random()) / weight for weight in weights]
    return [item for _, item in sorted(zip(clocks, items, strict=True), key=lambda pair: pair[0])]


def hardest_first(spans: Sequence[Span]) -> list[Span]:
    """Spans by falling surprisal; those without one come last, in text order."""
    return sorted(spans, key=lambda span: math.inf if span.surprisal is None else -span.surprisal)
