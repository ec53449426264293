"""Threads for the cores that nobody else uses."""

from __future__ import annotations

import psutil
import torch


def leave_busy_cores(others: float) -> None:
    """Let torch use what cores `others` leave over, one at least and never more than now.

    For every product its threads wait for each other. One that gets no core lets all of them
    wait, and they spin: on two cores of which one was busy, two threads took three times as
    long for a reply as one.
    """
    left = round((psutil.cpu_count() or 1) - others)
    torch.set_num_threads(max(1, min(left, torch.get_num_threads())))
