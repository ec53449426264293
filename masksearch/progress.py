"""Progress of a long job: nobody watches it, or somebody who wants to know how long it takes."""

from __future__ import annotations

import math
import time

_SPLIT_SECONDS = 100
_SOONEST = 5.0
"""Seconds after which a pace is trusted."""
_MINUTE, _HOUR = 60, 3600
_ROUNDED_SECONDS, _ROUNDED_MINUTES = 10, 10


def unstarted() -> float:
    """Implements ports.ProgressSource where nothing is trained."""
    return 0.0


def silent(done: int, total: int | None, note: str = "") -> None:
    """Implements ports.Progress and says nothing."""


class Pace:
    """How long a job still takes, by what it did since it was first heard of.

    Args:
        at_once: Items that are worked on together, or paid for together: once the first of
            them is done, most of the work on the others is done as well.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._first: tuple[int, float] | None = None

    def seconds_left(self, done: int, total: int | None) -> float | None:
        """None where it cannot be known yet."""
        now = time.monotonic()
        self._first = self._first or (done, now)
        begun_at, since = self._first
        if total is None or done <= begun_at or now - since < _SOONEST:
            return None
        rounds = math.ceil((done - begun_at) / self._at_once)
        paid_for = min(rounds * self._at_once, total - begun_at)
        return (now - since) * (total - done) / paid_for


def duration(seconds: float) -> str:
    """A time as it was measured."""
    if seconds < _SPLIT_SECONDS:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s"


def about(seconds: float) -> str:
    """A time as it is estimated, never too short."""
    if seconds <= _MINUTE:
        return f"about {_up(seconds, _ROUNDED_SECONDS)} s"
    if seconds <= _HOUR:
        return f"about {_up(seconds, _MINUTE) // _MINUTE} min"
    hours, minutes = divmod(_up(seconds / _MINUTE, _ROUNDED_MINUTES), _MINUTE)
    return f"about {hours} h" + (f" {minutes} min" if minutes else "")


def _up(number: float, step: int) -> int:
    return max(1, math.ceil(number / step)) * step
