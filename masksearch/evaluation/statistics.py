"""Means with 95 % intervals, and paired differences; pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from masksearch.schemas import Value

Z_95 = 1.959963984540054
RESAMPLES = 10_000
_BLOCK = 1_000_000


class Estimate(Value):
    """A mean over `n` items with its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int


def estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean: Wilson's interval where every value is 0 or 1, else the bootstrap's.

    Raises ValueError for no values.
    """
    if all(value in (0, 1) for value in values):
        return wilson(int(sum(values)), len(values))
    return bootstrap_mean(values, seed)


def wilson(successes: int, n: int) -> Estimate:
    """A rate with Wilson's score interval (Wilson 1927)."""
    if not n:
        raise ValueError("no values")
    rate, spread = successes / n, Z_95**2 / n
    centre = (rate + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (rate * (1 - rate) + spread / 4)) / (1 + spread)
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return Estimate(mean=rate, low=low, high=high, n=n)


def bootstrap_mean(values: Sequence[float], seed: int = 0) -> Estimate:
    """A mean with the percentile interval of 10,000 seeded resamples (Efron 1979)."""
    if not values:
        raise ValueError("no values")
    data = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    rows = max(1, _BLOCK // len(data))
    means = [
        data[rng.integers(0, len(data), (min(rows, RESAMPLES - done), len(data)))].mean(axis=1)
        for done in range(0, RESAMPLES, rows)
    ]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return Estimate(mean=float(data.mean()), low=float(low), high=float(high), n=len(data))


def paired_difference(left: Sequence[float], right: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of `left - right`, item by item, with its bootstrap interval.

    Raises ValueError when the two are not of one length, or empty.
    """
    return bootstrap_mean([a - b for a, b in zip(left, right, strict=True)], seed)
