"""How busy other processes keep this machine; without torch, which takes a second to load."""

from __future__ import annotations

import time

import psutil


class OtherWork:
    """What other processes have used of this machine since it was made."""

    def __init__(self) -> None:
        self._began = _Used()

    def cores(self) -> float:
        """How many cores, on the average; stolen time counts as theirs."""
        now = _Used()
        all_of_it, own = now.by_all - self._began.by_all, now.by_us - self._began.by_us
        return max(0.0, (all_of_it - own) / max(now.at - self._began.at, 1e-3))


class _Used:
    """Seconds of all cores that have been used until now."""

    def __init__(self) -> None:
        cores, own = psutil.cpu_times(), psutil.Process().cpu_times()
        self.at = time.monotonic()
        guest = getattr(cores, "guest", 0.0) + getattr(cores, "guest_nice", 0.0)  # in user, too
        self.by_all = sum(cores) - guest - cores.idle - getattr(cores, "iowait", 0.0)
        self.by_us = own.user + own.system
