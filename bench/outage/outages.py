"""Synthesis of 200 tasks through outages: nothing is lost, and nothing is paid for twice."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import Done, expect
from bench.loop.bad_input import fault_of
from bench.outage.small_tasks import make_run, rejected, synth, traces
from bench.outage.stub import Stub, listening, right
from bench.outage.ways import EIGHT, OTHERS, Way
from masksearch.stages import TASKS, TRAIN

_TASKS, _OTHER_TASKS = 200, 24
_SHORT = 4.0
"""Seconds of an outage that a run waits for."""
_SETTINGS = {
    "MASKSEARCH_TIMEOUT_SECONDS": "3",
    "MASKSEARCH_REST_SECONDS": "0.5",
}
_IMPATIENT = {"MASKSEARCH_PATIENCE_SECONDS": "4", "MASKSEARCH_MAX_RETRIES": "2"}


def _measure(name: str, ways: Sequence[Way], tasks: int, place: Place) -> Iterator[Result]:
    """An undisturbed run, and a copy of its beginning for every way."""
    made = make_run(place, place.folder(name))
    whole = _undisturbed(place, made, tasks)
    for way in ways:
        yield _long(place, made, way, whole, tasks)
        if way.passes:
            yield _short(place, made, way, whole, tasks)


def _undisturbed(place: Place, made: Path, tasks: int) -> dict[str, Any]:
    copy = _copy(made, f"undisturbed-{tasks}")
    stub = Stub(copy / TASKS / TRAIN)
    with listening(stub):
        expect(_synth(place, copy, stub, tasks), "an undisturbed synthesis")
    found = traces(copy)
    if len(found) != tasks:
        raise Unmeasured(f"{len(found)} traces of {tasks} tasks")
    return found


def _long(place: Place, made: Path, way: Way, whole: dict[str, Any], tasks: int) -> Result:
    """The fault stays until the command has ended; then the same command is given again."""
    copy = _copy(made, f"long {way.name}")
    stub = Stub(copy / TASKS / TRAIN, way.fault, begins_after=tasks)
    with listening(stub, leaves=way.leaves):
        stopped = _synth(place, copy, stub, tasks, **_IMPATIENT)
    faults = [*_fault_of_line(stopped, way), *rejected(copy)]
    stub.fault = right
    with listening(stub):
        done = _synth(place, copy, stub, tasks, **_IMPATIENT)
    faults += _differences(done, copy, whole, stub)
    measured = "; ".join(faults) or f"stopped in {stopped.seconds:.0f} s, then the same traces"
    return Result(f"outage: {way.name}", measured, not faults)


def _short(place: Place, made: Path, way: Way, whole: dict[str, Any], tasks: int) -> Result:
    """The fault passes while the command waits."""
    copy = _copy(made, f"short {way.name}")
    stub = Stub(copy / TASKS / TRAIN, way.fault, begins_after=tasks)
    threading.Thread(target=_end, args=(stub,), daemon=True).start()
    with listening(stub, leaves=way.leaves):
        done = _synth(place, copy, stub, tasks)
    faults = _differences(done, copy, whole, stub)
    measured = "; ".join(faults) or f"the same traces after {done.seconds:.0f} s"
    return Result(f"outage waited for: {way.name}", measured, not faults)


def _end(stub: Stub) -> None:
    """Let the fault pass some seconds after it began."""
    while not stub.is_failing:
        time.sleep(0.05)
    time.sleep(_SHORT)
    stub.fault = right


def _copy(made: Path, name: str) -> Path:
    copy = made.with_name(name.replace(" ", "-"))
    shutil.copytree(made, copy)
    return copy


def _synth(place: Place, made: Path, stub: Stub, tasks: int, **more: str) -> Done:
    return synth(place, made, stub, tasks, **_SETTINGS, **more)


def _fault_of_line(stopped: Done, way: Way) -> list[str]:
    """What is wrong with how a command has stopped."""
    fault = fault_of(stopped, way.named)
    return [fault] if fault else []


def _differences(done: Done, made: Path, whole: dict[str, Any], stub: Stub) -> list[str]:
    """What is other than in an undisturbed run."""
    found = traces(made)
    different = sum(found.get(key) != whole.get(key) for key in {*found, *whole})
    faults = [f"ended with {done.code}: {done.tail[-160:]}"] if done.code else []
    faults += [f"{different} of {len(whole)} traces differ"] if different else []
    return faults + ([f"{stub.served_twice} calls paid twice"] if stub.served_twice else [])


def _bars(ways: Sequence[Way]) -> Iterator[Bar]:
    for way in ways:
        yield Bar(f"outage: {way.name}", "one line, code 2, then the same")
        if way.passes:
            yield Bar(f"outage waited for: {way.name}", "the same traces, code 0")


def _group(name: str, ways: Sequence[Way], tasks: int, minutes: float) -> Group[Place]:
    return Group(name, tuple(_bars(ways)), partial(_measure, name, ways, tasks), minutes)


GROUPS = (_group("outages", EIGHT, _TASKS, 8), _group("more outages", OTHERS, _OTHER_TASKS, 5))
