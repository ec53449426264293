"""Threads for the cores that nobody else uses."""

import pytest
import torch

from training.models import threads


@pytest.mark.parametrize(
    ("others", "had", "uses"), [(0.02, 4, 4), (1.1, 4, 3), (9.0, 4, 1), (0.0, 2, 2), (1.6, 1, 1)]
)
def test_torch_takes_what_is_left(monkeypatch, others, had, uses):
    monkeypatch.setattr(threads.psutil, "cpu_count", lambda: 4)
    monkeypatch.setattr(torch, "get_num_threads", lambda: had)
    set_to = []
    monkeypatch.setattr(torch, "set_num_threads", set_to.append)
    threads.leave_busy_cores(others)
    assert set_to == [uses]
