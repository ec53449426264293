import os
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial

import psutil
import pytest

from masksearch.errors import InputError, StoreError
from masksearch.pool import ordered


def square(number):
    time.sleep(0.02 * (number % 3))
    return number * number


def grumble(worst, number):
    if number == worst:
        raise InputError(f"{number} is bad")
    return number


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


def long(seconds):
    time.sleep(seconds)


def where(number):
    return os.getpid()


@pytest.mark.parametrize("processes", [1, 3])
def test_results_come_in_the_order_of_the_jobs(processes):
    assert list(ordered(square, range(12), processes)) == [n * n for n in range(12)]


def test_two_jobs_are_worked_on_elsewhere_and_one_right_here():
    assert os.getpid() not in set(ordered(where, range(2), 2))
    assert set(ordered(where, range(1), 2)) == set(ordered(where, range(2), 1)) == {os.getpid()}
    assert list(ordered(where, [], 2)) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_the_work_comes_after_the_results_before_it(processes):
    results = ordered(partial(grumble, 3), range(9), processes)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InputError, match="3 is bad"):
        next(results)


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_the_jobs_comes_after_the_results_of_those_before_it(processes):
    def jobs():
        yield from range(3)
        raise InputError("cut short")

    results, found = ordered(square, jobs(), processes), []
    with pytest.raises(InputError, match="cut short"):
        found.extend(iter(results))
    assert found == [0, 1, 4]


def test_jobs_are_drawn_only_as_they_are_needed():
    drawn = []
    results = ordered(square, (drawn.append(n) or n for n in range(100)), 2)
    next(results)
    assert len(drawn) <= 6
    results.close()


def test_work_that_is_no_longer_wanted_is_not_waited_for():
    results = ordered(long, [0, 60, 60, 60, 60], 2)
    next(results)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 30


def test_a_worker_that_dies_is_one_clear_line():
    with pytest.raises(StoreError, match="ended from outside"):
        list(ordered(die, range(4), 2))


SCRIPT = """
    import sys, time
    from masksearch.pool import ordered

    def work(number):
        time.sleep(0.1)
        return number

    if __name__ == "__main__":
        for number in ordered(work, range(600), 2):
            print(number, flush=True)
"""


@pytest.fixture
def busy(tmp_path):
    """A script at work in two processes, and those processes."""
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(SCRIPT))
    running = subprocess.Popen(
        [sys.executable, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "0\n"
    workers = psutil.Process(running.pid).children()
    assert len(workers) >= 2
    yield running, workers
    running.kill()
    running.communicate()


def test_control_c_ends_everything_without_a_word_from_the_workers(busy):
    running, workers = busy
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == -signal.SIGINT
    assert said.count("Traceback") == 1 and "KeyboardInterrupt" in said
    assert psutil.wait_procs(workers, timeout=10)[1] == []


def test_killing_the_parent_ends_the_workers(busy):
    running, workers = busy
    running.kill()
    assert psutil.wait_procs(workers, timeout=10)[1] == []
