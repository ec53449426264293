"""Notices a training that has gone wrong, before it has used up its time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

_FALL = 0.3
"""The share of its best format rate under which a policy counts as collapsed."""
_LEARNT = 0.2
"""A policy that never had this format rate has nothing to lose yet."""


class Health:
    """The format rate of the last `window` rollouts, and the best it ever was."""

    def __init__(self, window: int) -> None:
        self._recent: deque[float] = deque(maxlen=window)
        self._best = 0.0

    def observe(self, formats: Sequence[float]) -> str:
        """Take formats (0 or 1 a rollout); why training must stop, or nothing."""
        self._recent.extend(formats)
        if len(self._recent) < (self._recent.maxlen or 0):
            return ""
        rate = fmean(self._recent)
        self._best = max(self._best, rate)
        if self._best < _LEARNT or rate >= _FALL * self._best:
            return ""
        return (
            f"the policy has collapsed: {rate:.0%} of its episodes are well formed, "
            f"against {self._best:.0%} before; lower dapo.learning_rate and train "
            "again with --if-exists restart"
        )

    def state_dict(self) -> dict[str, Any]:
        """Everything that a checkpoint must hold, as JSON can."""
        return {"recent": list(self._recent), "best": self._best}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self._recent.extend(state["recent"])
        self._best = state["best"]
