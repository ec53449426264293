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


def test_the_longer_a_job_takes_the_fewer_lines_it_says(clock):
    lines = lines_of(clock, 1500).splitlines()
    assert 40 < len(lines) < 50  # of five seconds each it would be 300
    assert lines[20].startswith("job: 160/1500 [fine] (2 min 40 s, about 23 min left")
    assert max(map(len, lines)) <= 80


def test_how_much_there_is_to_do_is_told_as_soon_as_it_is_known(clock):
    file = StringIO()
    with Meter("train sft", Console(file=file, width=40)) as meter:
        clock[0] += 9
        meter(0, None, "loading the model")
        clock[0] += 1
        meter(0, 80, "about 8 min at 190 tokens/s")
        clock[0] += 1
        meter(1, 80, "loss 1.9, 190 tokens/s")
    assert file.getvalue().splitlines()[:2] == [
        "train sft: loading the model (9 s)",
        "train sft: 0/80 about 8 min at 190 tokens/s (10 s)",  # on a line, however long
    ]


def test_a_terminal_of_eighty_columns_holds_a_bar_on_a_line(clock):
    for what, done, total, note in (
        ("train sft", 10, 80, "loss 0.321, 190 tokens/s"),
        ("train dapo", 10, 12, "trying 4 tasks 6 times each"),
        ("eval 2 of 6, guard none", 101, 120, "sft"),
    ):
        file = StringIO()
        with Meter(what, Console(file=file, force_terminal=True, width=80)) as meter:
            meter(0, total)
            clock[0] += 300
            meter(done, total, note)
        assert "about" in file.getvalue()
        assert note in file.getvalue(), file.getvalue()  # not on a second line


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
