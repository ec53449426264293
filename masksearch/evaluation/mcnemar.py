"""McNemar's exact test of two rows that were right or wrong on the same tasks; pure functions."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from masksearch.evaluation.statistics import Floats

_ALPHA = 0.05
_STEPS = 20
_FEWEST = 6
"""Tasks that all change one way before p can be below 0.05: 2 / 2⁶."""
_TAIL = 8.0
"""Standard deviations within which practically all of a binomial lies."""


def mcnemar(gains: int, losses: int) -> float:
    """The exact two-sided p of McNemar's test (1947): a binomial of the tasks that changed."""
    changed, ways, below = gains + losses, 1, 0
    for count in range(min(gains, losses) + 1):
        below += ways
        ways = ways * (changed - count) // (count + 1)
    return float(min(1.0, 2 * below / 2**changed))


def mcnemar_effect(n: int, changed: float, power: float) -> float | None:
    """The least true difference of rates that the test finds with that power among n tasks.

    `changed` is the share of tasks on which the rows differ; it is taken to be larger where the
    difference itself would be. None where n tasks cannot show any.
    """
    if n < _FEWEST or mcnemar_power(n, 1.0, 1.0) < power:
        return None
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        found = mcnemar_power(n, max(changed, middle), middle) >= power
        low, high = (low, middle) if found else (middle, high)
    return high


def mcnemar_power(n: int, changed: float, difference: float) -> float:
    """The chance of p < 0.05 among n tasks, of which a share changes, by that much one way."""
    spread = _TAIL * math.sqrt(n * changed * (1 - changed)) + 1
    centre = n * changed
    counts = range(max(0, int(centre - spread)), min(n, math.ceil(centre + spread)) + 1)
    to_left = (changed + difference) / (2 * changed)
    weights = _binomial(n, changed)
    return sum(float(weights[count]) * _rejects(count, to_left) for count in counts)


def _rejects(changed: int, to_left: float) -> float:
    """The chance that so many changed tasks, each a gain by `to_left`, give p < 0.05."""
    if (most := _critical(changed)) < 0:
        return 0.0
    chances = _binomial(changed, to_left)
    return float(chances[: most + 1].sum() + chances[changed - most :].sum())


@cache
def _critical(changed: int) -> int:
    """The most of the rarer kind at which p is still below 0.05; -1 where none is."""
    below = np.cumsum(_binomial(changed, 0.5)[: changed // 2 + 1])
    return int(np.searchsorted(2 * below, _ALPHA)) - 1


def _binomial(n: int, chance: float) -> Floats:
    """The probabilities of 0 to n successes."""
    if chance in (0.0, 1.0):
        certain = np.zeros(n + 1)
        certain[n if chance else 0] = 1.0
        return certain
    logs = _log_factorials(n)
    counts = np.arange(n + 1)
    ways = logs[n] - logs[: n + 1] - logs[n::-1]
    chances: Floats = np.exp(ways + counts * math.log(chance) + (n - counts) * math.log1p(-chance))
    return chances


def _log_factorials(n: int) -> Floats:
    """Logarithms of 0! to at least n!."""
    return _logs(1 << n.bit_length())


@cache
def _logs(size: int) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])
