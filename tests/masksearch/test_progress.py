import pytest

from masksearch import progress
from masksearch.progress import Pace, about, duration


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_what_is_left_follows_from_what_was_done_since_it_was_first_heard_of(clock):
    pace = Pace()
    assert pace.seconds_left(20, 80) is None  # resumed at 20
    clock[0] += 100
    assert pace.seconds_left(20, 80) is None
    assert pace.seconds_left(30, 80) == pytest.approx(500)
    clock[0] += 900  # the machine has become busy
    assert pace.seconds_left(40, 80) == pytest.approx(2000)
    assert pace.seconds_left(80, 80) == 0
    assert pace.seconds_left(90, None) is None


def test_the_first_moments_tell_nothing(clock):
    pace = Pace()
    pace.seconds_left(0, 10)
    clock[0] += 1
    assert pace.seconds_left(1, 10) is None


def test_the_first_of_many_at_once_has_paid_for_the_others(clock):
    pace = Pace(at_once=40)
    pace.seconds_left(0, 120)
    clock[0] += 37
    assert pace.seconds_left(1, 120) == pytest.approx(37 * 119 / 40)
    clock[0] += 37
    assert pace.seconds_left(41, 120) == pytest.approx(74 * 79 / 80)
    assert pace.seconds_left(119, 120) == pytest.approx(74 / 120)


@pytest.mark.parametrize(
    ("seconds", "told", "estimated"),
    [
        (0, "0 s", "about 10 s"),
        (9.6, "10 s", "about 10 s"),
        (60, "60 s", "about 60 s"),
        (61, "61 s", "about 2 min"),
        (245, "4 min 5 s", "about 5 min"),
        (3599.9, "60 min 0 s", "about 60 min"),
        (3601, "60 min 1 s", "about 1 h 10 min"),
        (7200, "120 min 0 s", "about 2 h"),
    ],
)
def test_times_are_told_as_they_are_and_estimated_never_too_short(seconds, told, estimated):
    assert (duration(seconds), about(seconds)) == (told, estimated)
