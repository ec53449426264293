"""Leaving a server alone that does not work, and trying it again now and then."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """After `failures` failures in a row a server rests for `rest` seconds.

    Then one call is let through as a trial: when it works all are again, else the rest begins
    anew, `growth` times as long but `longest` seconds at most.
    """

    def __init__(
        self,
        failures: int,
        rest: float,
        *,
        growth: float = 1.0,
        longest: float = float("inf"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = failures
        self._first_rest = rest
        self._growth = growth
        self._longest = longest
        self._clock = clock
        self._began = 0.0
        self._resting_until = 0.0
        self._rest = rest
        self._on_trial = False
        self.failures = 0
        """So many in a row."""
        self.reason = ""
        """Why the last call failed."""

    @property
    def seconds_failing(self) -> float:
        """Since the first failure in a row; 0 while the server works."""
        return self._clock() - self._began if self.failures else 0.0

    def left(self) -> float:
        """Seconds of rest that are left; 0 for whoever may call, which may be the one trial."""
        if self.failures < self._allowed:
            return 0.0
        left = self._resting_until - self._clock()
        if left <= 0:
            self._resting_until = self._clock() + self._rest  # for all but this one trial
            self._on_trial = True
        return max(0.0, left)

    def failed(self, reason: str) -> None:
        """Note a failure of the server's."""
        if not self.failures:
            self._began = self._clock()
        self.failures += 1
        self.reason = reason
        if self._on_trial:  # others that were under way fail late, and say nothing new
            self._rest = min(self._rest * self._growth, self._longest)
        if self._on_trial or self.failures == self._allowed:
            self._resting_until = self._clock() + self._rest
        self._on_trial = False

    def worked(self) -> None:
        """Note that the server works."""
        self.failures = 0
        self._rest = self._first_rest
        self._on_trial = False
