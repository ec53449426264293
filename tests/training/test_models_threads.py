"""Threads for the cores that nobody else uses."""

from collections import namedtuple

import pytest
import torch

from training import other_work
from training.models import threads
from training.other_work import OtherWork

Cores = namedtuple("Cores", "user nice system idle iowait steal guest guest_nice")
Own = namedtuple("Own", "user system")


@pytest.fixture
def machine(monkeypatch):
    """What the clocks of a machine with four cores say, set by a test."""
    said = {"at": 100.0, "cores": Cores(50, 0, 50, 300, 0, 0, 20, 0), "own": Own(5, 1)}
    monkeypatch.setattr(other_work.time, "monotonic", lambda: said["at"])
    monkeypatch.setattr(other_work.psutil, "cpu_times", lambda: said["cores"])
    monkeypatch.setattr(
        other_work.psutil, "Process", lambda: type("P", (), {"cpu_times": lambda _: said["own"]})()
    )
    return said


def test_what_others_use_is_all_that_is_used_without_our_own(machine):
    others = OtherWork()
    machine |= {"at": 110.0, "cores": Cores(65, 0, 52, 320, 1, 2, 23, 0), "own": Own(9, 2)}
    assert others.cores() == pytest.approx((15 + 2 + 2 - 5) / 10)


def test_a_machine_that_is_ours_alone(machine):
    others = OtherWork()
    machine |= {"at": 110.0, "cores": Cores(60, 0, 50, 330, 0, 0, 20, 0), "own": Own(15.1, 1)}
    assert others.cores() == 0


def test_no_time_at_all(machine):
    assert OtherWork().cores() == 0


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
