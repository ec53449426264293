"""Means with 95 % intervals, and paired differences; pure functions.

Every value is one task's, so that what varies is which tasks there are: several samples of a
task are averaged before (Miller 2024, arXiv 2411.00640, clusters by question likewise).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from masksearch.schemas import Value

T = TypeVar("T")
Floats: TypeAlias = npt.NDArray[np.float64]

Z_95 = 1.959963984540054
RESAMPLES = 10_000
_BLOCK = 1_000_000
_FEW = 10


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
    return (
        wilson(int(sum(values)), len(values)) if is_rate(values) else bootstrap_mean(values, seed)
    )


def is_rate(values: Sequence[float]) -> bool:
    """Whether every value is 0 or 1."""
    return all(value in (0, 1) for value in values)


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
    """The mean of one column, as `bootstrap_means`."""
    return bootstrap_means([values], seed)[0]


def bootstrap_means(columns: Sequence[Sequence[float]], seed: int = 0) -> list[Estimate]:
    """Means with the percentile intervals of 10,000 seeded resamples (Efron 1979).

    The percentiles are Hesterberg's (2015, arXiv 1411.5279, section 4.4), which are as wide
    as Student's interval where there are few values. Columns of one length are resampled
    together. Raises ValueError for no values.
    """
    return by_length(columns, lambda data: _bootstrapped(data, seed))


def paired_difference(left: Sequence[float], right: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of `left - right`, item by item, as `paired_differences`.

    Raises ValueError when the two are not of one length, or empty.
    """
    return paired_differences([[a - b for a, b in zip(left, right, strict=True)]], seed)[0]


def paired_differences(columns: Sequence[Sequence[float]], seed: int = 0) -> list[Estimate]:
    """Means of differences with the bootstrap's intervals.

    Where all are -1, 0 or 1 and fewer than ten are not 0, of which no resampling tells how
    many others there may be, with Bonett and Price's interval. Raises ValueError for no values.
    """
    few = [is_verdicts(column) and sum(map(abs, column)) < _FEW for column in columns]
    others = [column for column, rare in zip(columns, few, strict=True) if not rare]
    found = iter(bootstrap_means(others, seed))
    return [
        adjusted_wald(column) if rare else next(found)
        for column, rare in zip(columns, few, strict=True)
    ]


def is_verdicts(differences: Sequence[float]) -> bool:
    """Whether all are -1, 0 or 1: both rows were right or wrong, once for each task."""
    return all(value in (-1, 0, 1) for value in differences)


def adjusted_wald(differences: Sequence[float]) -> Estimate:
    """The mean of differences that are -1, 0 or 1, with an interval that holds for few of them.

    Bonett and Price's (2012, J. Educ. Behav. Stat. 37): Wald's with a task added to either kind.
    """
    if not (n := len(differences)):
        raise ValueError("no values")
    changed, mean = sum(map(abs, differences)), sum(differences) / n
    centre, share = sum(differences) / (n + 2), (changed + 2) / (n + 2)
    half = Z_95 * math.sqrt((share - centre**2) / (n + 2))
    low, high = max(-1.0, min(mean, centre - half)), min(1.0, max(mean, centre + half))
    return Estimate(mean=mean, low=low, high=high, n=n)


def by_length(columns: Sequence[Sequence[float]], work: Callable[[Floats], Sequence[T]]) -> list[T]:
    """What `work` makes of columns, a row each, given those of one length together."""
    places: dict[int, list[int]] = {}
    for place, column in enumerate(columns):
        places.setdefault(len(column), []).append(place)
    if 0 in places:
        raise ValueError("no values")
    found = {
        place: made
        for same in places.values()
        for place, made in zip(same, work(_matrix(columns, same)), strict=True)
    }
    return [found[place] for place in range(len(columns))]


def blocks(n: int) -> Iterator[int]:
    """How many resamples of `n` values to draw at a time."""
    rows = max(1, _BLOCK // n)
    return (min(rows, RESAMPLES - done) for done in range(0, RESAMPLES, rows))


def student(ratio: float, freedom: int) -> float:
    """Student's quantile of a probability by Fisher and Cornish's expansion.

    Abramowitz and Stegun 1964, formula 26.7.5.
    """
    z = NormalDist().inv_cdf(ratio)
    corrections = (
        z * (z**2 + 1) / 4,
        z * (5 * z**4 + 16 * z**2 + 3) / 96,
        z * (3 * z**6 + 19 * z**4 + 17 * z**2 - 15) / 384,
        z * (79 * z**8 + 776 * z**6 + 1482 * z**4 - 1920 * z**2 - 945) / 92160,
    )
    return z + sum(part / float(freedom) ** at for at, part in enumerate(corrections, 1))


def _matrix(columns: Sequence[Sequence[float]], places: Sequence[int]) -> Floats:
    return np.asarray([columns[place] for place in places], dtype=np.float64)


def _bootstrapped(data: Floats, seed: int) -> list[Estimate]:
    n, rng = data.shape[1], np.random.default_rng(seed)
    means = np.concatenate([_weights(rng, rows, n) @ data.T for rows in blocks(n)]) / n
    tail = _tail(n)
    ends = np.quantile(means, [tail, 1 - tail], axis=0).T.tolist()
    centres = data.mean(axis=1).tolist()
    return [
        Estimate(mean=mean, low=low, high=high, n=n)
        for mean, (low, high) in zip(centres, ends, strict=True)
    ]


def _weights(rng: np.random.Generator, rows: int, n: int) -> Floats:
    """How often each value is drawn in each of `rows` resamples."""
    drawn = rng.integers(0, n, (rows, n)) + np.arange(rows)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)


def _tail(n: int) -> float:
    """The share of resamples below a 95 % interval's lower end."""
    if n < 2:
        return 0.0
    return NormalDist().cdf(-math.sqrt(n / (n - 1)) * student(0.975, n - 1))
