"""Notices a training that has gone wrong, before it has used up its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

_FALL = 0.3
"""The share of its best format rate under which a policy counts as collapsed."""
_SMOOTHING = 0.5
_LEARNT = 0.2
"""A policy that never had this format rate has nothing to lose yet."""


@dataclass
class Health:
    """The smoothed format rate and its best value so far."""

    rate: float = -1.0
    best: float = 0.0

    def observe(self, formats: Sequence[float]) -> str:
        """Take a batch's formats (0 or 1 a rollout); why training must stop, or nothing."""
        if not formats:
            return ""
        latest = fmean(formats)
        known = self.rate >= 0
        self.rate = _SMOOTHING * latest + (1 - _SMOOTHING) * self.rate if known else latest
        self.best = max(self.best, self.rate)
        if self.best < _LEARNT or self.rate >= _FALL * self.best:
            return ""
        return (
            f"the policy has collapsed: {latest:.0%} of its episodes are well formed, "
            f"against {self.best:.0%} before; lower dapo.learning_rate and start from the "
            "checkpoint before"
        )
