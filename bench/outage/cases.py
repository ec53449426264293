"""Situations of paid synthesis that once went wrong, by the number of the case."""

from __future__ import annotations

import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any, NamedTuple

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import Done
from bench.loop.bad_input import fault_of
from bench.outage.small_tasks import make_run, rejected, synth, traces
from bench.outage.stub import Handle, Handler, Stub, listening, right
from bench.outage.ways import refuses_temperature, resets, says
from masksearch.stages import TASKS, TRAIN

_TASKS, _FEW, _CALLS = 60, 10, 4
"""Tasks of a case, of one that is slow, and calls that a task takes."""
_AWAY = 45.0


class Case(NamedTuple):
    """A copy of the run, and the stub that it asks."""

    place: Place
    made: Path
    stub: Stub

    def synth(self, tasks: int = _TASKS, **settings: str) -> Done:
        return synth(self.place, self.made, self.stub, tasks, **settings)

    def all_there(self, done: Done, tasks: int = _TASKS) -> str:
        """What is wrong with the end; "" where every task has a trace, paid once."""
        if done.code or len(traces(self.made)) != tasks or rejected(self.made):
            return f"ended with {done.code}, {len(traces(self.made))} traces: {done.tail}"
        twice = self.stub.served_twice
        return f"{twice} calls paid twice" if twice else ""

    def stopped_then_mended(self, named: str, **mended: str) -> str:
        """One line that names the cause, and the same command when that is gone."""
        with listening(self.stub):
            fault = fault_of(self.synth(**_IMPATIENT), named)
            faults = [fault, *rejected(self.made)]
            if not mended:
                self.stub.fault = right
            faults.append(self.all_there(self.synth(**mended)))
        return "; ".join(filter(None, faults))


_IMPATIENT = {"MASKSEARCH_PATIENCE_SECONDS": "3"}


def measure(place: Place) -> Iterator[Result]:
    """One run, and a copy of it for every case."""
    made = make_run(place, place.folder("outage-cases"))
    for name, (wanted, solve) in CASES.items():
        copy = made.with_name(name.replace(" ", "-").replace(",", ""))
        shutil.copytree(made, copy)
        fault = solve(Case(place, copy, Stub(copy / TASKS / TRAIN)))
        yield Result(name, fault or wanted, not fault)


def _failing(fault: Handle, begins_after: int, named: str) -> Callable[[Case], str]:
    def solve(case: Case) -> str:
        case.stub.fault, case.stub.begins_after = fault, begins_after
        return case.stopped_then_mended(named)

    return solve


def _away(fault: Handle, *, leaves: bool) -> Callable[[Case], str]:
    """The endpoint fails for 45 seconds, and the command waits."""

    def solve(case: Case) -> str:
        case.stub.fault, case.stub.begins_after = fault, 40
        threading.Thread(target=_come_back, args=(case.stub,), daemon=True).start()
        with listening(case.stub, leaves=leaves):
            return case.all_there(case.synth())

    return solve


def _come_back(stub: Stub) -> None:
    while not stub.is_failing:
        time.sleep(0.05)
    time.sleep(_AWAY)
    stub.fault = right


def _paced(case: Case) -> str:
    """20 calls in 30 s, and a date to come again."""
    case.stub.fault = _Pace(20, 30)
    with listening(case.stub):
        return case.all_there(case.synth(_FEW), _FEW)


class _Pace:
    """Refuses what is more than so many calls in so many seconds."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls, self._seconds = calls, seconds
        self._seen: deque[float] = deque()

    def __call__(self, handler: Handler, request: Mapping[str, Any]) -> bool:
        with handler.stub.lock:
            now = time.time()
            while self._seen and now - self._seen[0] >= self._seconds:
                self._seen.popleft()
            if len(self._seen) < self._calls:
                self._seen.append(now)
                return False
            until = self._seen[0] + self._seconds + 1
        date = formatdate(until, usegmt=True)
        return says(429, "Rate limit reached", "rate_limit_exceeded", retry_after=date)(
            handler, request
        )


def _parameter(case: Case) -> str:
    case.stub.fault = refuses_temperature
    return case.stopped_then_mended("temperature", MASKSEARCH_OMIT="temperature")


def _key(case: Case) -> str:
    with listening(case.stub):
        fault = fault_of(case.synth(MASKSEARCH_API_KEY="clé-secrète"), "MASKSEARCH_API_KEY")
        return fault or case.all_there(case.synth(MASKSEARCH_API_KEY="sk-a-good-key"))


def _limit(case: Case) -> str:
    with listening(case.stub):
        half = case.all_there(case.synth(_TASKS // 2), _TASKS // 2)
        fault = half or case.all_there(case.synth())
    asked = case.stub.asked
    return fault or ("" if asked == _TASKS * _CALLS else f"{asked} calls")


CASES: dict[str, tuple[str, Callable[[Case], str]]] = {
    "case agent 1": ("402: one line, then all", _failing(says(402, "no money"), 14, "no money")),
    "case agent 2": (
        "quota: one line, then all",
        _failing(says(429, "see billing", "insufficient_quota"), 0, "insufficient_quota"),
    ),
    "case agent 3": ("away for 45 s: all are solved", _away(resets, leaves=True)),
    "case agent 4": ("503 for 45 s: all are solved", _away(says(503, "over"), leaves=False)),
    "case agent 5": ("a pace with a date: all are solved", _paced),
    "case agent 6": ("a refused field is named, then all", _parameter),
    "case agent 7": ("a key is named, then all", _key),
    "case agent 8": ("30 → 60: the rest alone is asked", _limit),
    "case agent 18, 200": (
        "an error in 200: its words, then all",
        _failing(says(200, "Provider returned error"), 9, "Provider returned error"),
    ),
}
GROUP = Group(
    "cases",
    tuple(Bar(name, wanted) for name, (wanted, _) in CASES.items()),
    measure,
    minutes=6,
)
