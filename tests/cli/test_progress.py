from io import StringIO

import pytest
from rich.console import Console

from cli import progress
from cli.progress import Meter


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def lines_of(clock, seconds, terminal=False):
    file = StringIO()
    with Meter("job", Console(file=file, force_terminal=terminal, width=80)) as meter:
        for done in range(seconds):
            clock[0] += 1
            meter(done + 1, seconds, "[fine]")
    return file.getvalue()


def test_a_short_job_says_nothing(clock):
    assert lines_of(clock, 1) == ""


def test_a_long_job_says_a_plain_line_now_and_then_and_the_last(clock):
    assert lines_of(clock, 14).splitlines() == [
        "job: 2/14 [fine] (2 s)",
        "job: 7/14 [fine] (7 s)",
        "job: 12/14 [fine] (12 s)",
        "job: 14/14 [fine] (14 s)",
    ]


def test_a_job_that_fails_leaves_the_last_word_to_its_error(clock):
    file = StringIO()
    with pytest.raises(ValueError), Meter("job", Console(file=file)) as meter:
        clock[0] += 1
        meter(1, None)
        clock[0] += 9
        raise ValueError
    assert file.getvalue() == ""


def test_a_terminal_has_a_bar(clock):
    drawn = lines_of(clock, 5, terminal=True)
    assert "job" in drawn and "5/5" in drawn and "[fine]" in drawn
