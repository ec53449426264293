"""Leaving a server alone that does not work, and trying it again now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field


@dataclass
class Breaker:
    """After `allowed` failures in a row a server rests for `rest` seconds.

    Then one call is let through as a trial: when it works all are again, else the rest begins
    anew, `growth` times as long but `longest` seconds at most.
    """

    allowed: int
    rest: float
    _: KW_ONLY
    growth: float = 1.0
    longest: float = float("inf")
    clock: Callable[[], float] = time.monotonic
    failures: int = field(default=0, init=False)
    """So many in a row."""
    reason: str = field(default="", init=False)
    """Why the last call failed."""
    _began: float = field(default=0.0, init=False)
    _resting_until: float = field(default=0.0, init=False)
    _lengthened: float = field(default=0.0, init=False)
    """The next rest, once a trial has failed; 0 before."""
    _on_trial: bool = field(default=False, init=False)

    @property
    def seconds_failing(self) -> float:
        """Since the first failure in a row; 0 while the server works."""
        return self.clock() - self._began if self.failures else 0.0

    def left(self) -> float:
        """Seconds of rest that are left; 0 for whoever may call, which may be the one trial."""
        if self.failures < self.allowed:
            return 0.0
        left = self._resting_until - self.clock()
        if left <= 0:
            self._resting_until = self.clock() + self._next_rest  # for all but this one trial
            self._on_trial = True
        return max(0.0, left)

    def failed(self, reason: str) -> None:
        """Note a failure of the server's."""
        if not self.failures:
            self._began = self.clock()
        self.failures += 1
        self.reason = reason
        if self._on_trial:  # others that were under way fail late, and say nothing new
            self._lengthened = min(self._next_rest * self.growth, self.longest)
        if self._on_trial or self.failures == self.allowed:
            self._resting_until = self.clock() + self._next_rest
        self._on_trial = False

    def worked(self) -> None:
        """Note that the server works."""
        self.failures = 0
        self._lengthened = 0.0
        self._on_trial = False

    @property
    def _next_rest(self) -> float:
        return self._lengthened or self.rest
