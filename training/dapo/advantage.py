"""How much better a rollout was rewarded than the others of its group; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev

_SMALLEST_SPREAD = 1e-4


def is_useful(rewards_G: Sequence[float | None]) -> bool:
    """Whether a group teaches anything: its rewards differ, compared exactly.

    A standard deviation will not do: equal rewards can show one of 1e-8. None stands for a
    rollout that could not be scored.
    """
    return len({reward for reward in rewards_G if reward is not None}) > 1


def advantages(rewards_G: Sequence[float | None], *, scale: bool = True) -> list[float]:
    """A reward less its group's mean, over the group's spread (GRPO, arXiv 2402.03300, 4.1.2).

    The spread is the sample standard deviation plus 1e-4, as in TRL. What could not be
    scored has no part in mean and spread, and no advantage.
    """
    scored = [reward for reward in rewards_G if reward is not None]
    if len(scored) < 2:
        return [0.0] * len(rewards_G)
    mean = fmean(scored)
    spread = stdev(scored) + _SMALLEST_SPREAD if scale else 1.0
    return [0.0 if reward is None else (reward - mean) / spread for reward in rewards_G]


def overlong_punishment(length: int, soft_length: int | None, longest: int | None) -> float:
    """DAPO's soft overlong punishment (arXiv 2503.14476, equation 13), from 0 down to -1.

    `length` counts the model's own tokens alone: what a search brought back is not its fault.
    """
    if soft_length is None or longest is None or length <= soft_length:
        return 0.0
    if length >= longest:
        return -1.0
    return (soft_length - length) / (longest - soft_length)
