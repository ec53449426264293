"""Intervals, tests and the smallest detectable effect, against simulations and scipy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bench.harness.bar import Absent, Bar, Group, Result
from bench.harness.place import Place
from masksearch.evaluation.mcnemar import mcnemar
from masksearch.evaluation.significance import p_values, pass_at, smallest_effect
from masksearch.evaluation.statistics import bootstrap_means, estimate, paired_differences

Floats: TypeAlias = npt.NDArray[np.float64]

SETS, TASKS = 1_000, 200
LOW, HIGH = 0.93, 0.97
_SCORES = np.array([0.0, 1 / 3, 0.4, 0.5, 2 / 3, 0.8, 1.0])
_CHANCES = np.array([0.5, 0.04, 0.03, 0.05, 0.05, 0.03, 0.3])
_WON, _LOST = 0.15, 0.10
_SAMPLES = 4


def measure(place: Place) -> Iterator[Result]:
    rng = np.random.default_rng(16)
    yield _covered("rates", _rates(rng, 0.3), 0.3, rates=True)
    yield _covered("F1", rng.choice(_SCORES, (SETS, TASKS), p=_CHANCES), _SCORES @ _CHANCES)
    yield _paired(rng)
    yield _covered("samples", *_samples(rng))
    yield _mcnemar()
    yield from _effects(rng)
    yield _pass_at()


def _rates(rng: np.random.Generator, chance: float) -> Floats:
    return (rng.random((SETS, TASKS)) < chance).astype(np.float64)


def _samples(rng: np.random.Generator) -> tuple[Floats, float]:
    """Several samples of a question, which are as hard as it is: its mean is its value."""
    hardness = rng.beta(0.5, 1.0, (SETS, TASKS))
    right = rng.random((_SAMPLES, SETS, TASKS)) < hardness
    return right.mean(axis=0), 0.5 / 1.5


def _covered(name: str, sets: Floats, truth: float, *, rates: bool = False) -> Result:
    rows = [row.tolist() for row in sets]
    found = [estimate(row) for row in rows] if rates else bootstrap_means(rows)
    return _share(name, [one.low <= truth <= one.high for one in found])


def _paired(rng: np.random.Generator) -> Result:
    found = paired_differences([row.tolist() for row in _changes(rng, _WON, _LOST)])
    return _share("pairs", [one.low <= _WON - _LOST <= one.high for one in found])


def _changes(rng: np.random.Generator, won: float, lost: float) -> Floats:
    drawn = rng.random((SETS, TASKS))
    return np.where(drawn < won, 1.0, np.where(drawn < won + lost, -1.0, 0.0))


def _share(name: str, held: Sequence[bool]) -> Result:
    share = sum(held) / len(held)
    measured = f"{share:.1%} of {len(held):,} intervals of {TASKS} tasks"
    return Result(f"statistics: {name}", measured, LOW <= share <= HIGH)


def _mcnemar() -> Result:
    try:
        from scipy.stats import binomtest
    except ImportError as error:
        raise Absent(f"{error}: pip install 'masksearch[bench]'") from error
    pairs = [(gains, losses) for gains in range(80) for losses in range(80) if gains + losses]
    apart = max(
        abs(mcnemar(gains, losses) - binomtest(gains, gains + losses, 0.5).pvalue)
        for gains, losses in pairs
    )
    measured = f"{apart:.1e} apart at most in {len(pairs):,} tables"
    return Result("statistics: McNemar", measured, apart < 1e-9)


def _effects(rng: np.random.Generator) -> Iterator[Result]:
    """How often a difference as small as is said to be seen is seen: 8 times in 10."""
    changed = _changes(rng, _WON, _LOST)[0]
    least = smallest_effect(changed.tolist()) or 0.0
    share = float(np.abs(changed).mean())
    sets = _changes(rng, (share + least) / 2, (share - least) / 2)
    yield _power("effect of rates", least, sets)
    spread = rng.normal(0.0, 0.4, TASKS)
    least = smallest_effect(spread.tolist()) or 0.0
    yield _power("effect of scores", least, rng.normal(least, spread.std(ddof=1), (SETS, TASKS)))


def _power(name: str, least: float, sets: Floats) -> Result:
    found = sum(p < 0.05 for p in p_values([row.tolist() for row in sets])) / len(sets)
    measured = f"{least:.3f} is found in {found:.1%} of {len(sets):,} sets"
    return Result(f"statistics: {name}", measured, abs(found - 0.8) <= 0.08)


def _pass_at() -> Result:
    """Against counting every choice of k among n."""
    from itertools import combinations

    worst = 0.0
    for n in range(1, 9):
        for right in range(n + 1):
            for k in range(1, n + 1):
                choices = [any(i < right for i in chosen) for chosen in combinations(range(n), k)]
                worst = max(worst, abs(pass_at(k, n, right) - sum(choices) / len(choices)))
    return Result("statistics: pass@k", f"{worst:.1e} from counting all choices", worst < 1e-12)


_HELD = f"{LOW:.0%} to {HIGH:.0%} hold the truth"
GROUP = Group(
    "statistics",
    (
        Bar("statistics: rates", _HELD),
        Bar("statistics: F1", _HELD),
        Bar("statistics: pairs", _HELD),
        Bar("statistics: samples", _HELD),
        Bar("statistics: McNemar", "equals scipy's exact test"),
        Bar("statistics: effect of rates", "seen in 80 ± 8 % of simulations"),
        Bar("statistics: effect of scores", "seen in 80 ± 8 % of simulations"),
        Bar("statistics: pass@k", "equals counting all choices"),
    ),
    measure,
    minutes=2,
)
