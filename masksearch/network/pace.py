"""A limit on how many calls are made in a time."""

from __future__ import annotations

import time


class Pace:
    """Spaces calls evenly.

    It keeps a time and no lock, so it serves one event loop after another.
    """

    def __init__(self, seconds_between: float) -> None:
        self._interval = seconds_between
        self._next = 0.0

    def turn(self) -> float:
        """Take the next turn; returns the seconds until it comes."""
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + self._interval
        return turn - now
