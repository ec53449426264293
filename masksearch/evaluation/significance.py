"""Whether a paired difference may be chance, and how small a one could be seen; pure functions.

A difference is given as one number for each task: the left row's figure less the right one's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from masksearch.evaluation.mcnemar import mcnemar, mcnemar_effect
from masksearch.evaluation.statistics import (
    RESAMPLES,
    Floats,
    blocks,
    by_length,
    is_verdicts,
    student,
)

ALPHA, POWER = 0.05, 0.8
_ALIKE = 1e-9


def p_values(columns: Sequence[Sequence[float]], seed: int = 0) -> list[float]:
    """Of each column of differences the two-sided probability under chance.

    McNemar's exact test where both figures are 0 or 1; else that of 10,000 random changes of
    sign (Fisher 1935; approximate randomisation in Noreen 1989), of which the other is the
    exact case. Raises ValueError for no values.
    """
    flipped = [at for at, column in enumerate(columns) if not is_verdicts(column)]
    found = dict(zip(flipped, sign_flips([columns[at] for at in flipped], seed), strict=True))
    return [
        found[at] if at in found else mcnemar(column.count(1), column.count(-1))
        for at, column in enumerate(map(list, columns))
    ]


def sign_flips(columns: Sequence[Sequence[float]], seed: int = 0) -> list[float]:
    """The share of random changes of sign that give a mean as far from 0, itself included."""
    return by_length(columns, lambda data: _flipped(data, seed))


def holm(values: Sequence[float]) -> list[float]:
    """Probabilities adjusted for how many there are (Holm 1979), in the order given."""
    adjusted, highest = [1.0] * len(values), 0.0
    for rank, at in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        highest = max(highest, min(1.0, (len(values) - rank) * values[at]))
        adjusted[at] = highest
    return adjusted


def smallest_effect(differences: Sequence[float], power: float = POWER) -> float | None:
    """The least true mean difference that the test would find in 80 of 100 such sets of tasks.

    Of n tasks whose differences are spread as these. Exact for McNemar's test; else
    (t(1 - α/2) + t(power)) s / √n. None where n is too small to show anything at all.
    """
    if len(differences) < 2:
        return None
    if is_verdicts(differences):
        share = sum(map(abs, differences)) / len(differences)
        return mcnemar_effect(len(differences), share, power)
    spread = float(np.std(np.asarray(differences), ddof=1)) / math.sqrt(len(differences))
    freedom = len(differences) - 1
    return (student(1 - ALPHA / 2, freedom) + student(power, freedom)) * spread


def pass_at(k: int, n: int, right: int) -> float:
    """The chance that one of `k` samples is right, of `n` of which so many are.

    The unbiased estimator 1 − C(n − c, k) / C(n, k) of Chen et al. 2021 (arXiv 2107.03374).
    Raises ValueError unless 1 ≤ k ≤ n.
    """
    if not 1 <= k <= n:
        raise ValueError(f"pass@{k} of {n} samples")
    return 1 - math.comb(n - right, k) / math.comb(n, k)


def _flipped(data: Floats, seed: int) -> list[float]:
    n, rng = data.shape[1], np.random.default_rng(seed)
    seen = np.abs(data.sum(axis=1)) - _ALIKE
    as_far = np.zeros(len(data))
    for rows in blocks(n):
        signs = rng.integers(0, 2, (rows, n), dtype=np.int8) * 2.0 - 1
        as_far += (np.abs(signs @ data.T) >= seen).sum(axis=0)
    return [float(count + 1) / (RESAMPLES + 1) for count in as_far]
