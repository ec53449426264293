"""`kill -9` at a random step of DAPO: what it leaves, and the same command after it."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, kill, run, start
from bench.harness.step_lines import kept, step_lines
from bench.harness.tiny import bare_run, make_tiny, on_processor, tiny_training
from bench.loop.remains import unsaved_steps
from masksearch.stages import DAPO, MODEL

STEPS, KILLED_FROM, KILLED_TO, NEXT = 14, 3, 8, 5
_LIMIT, _LOOK_SECONDS = 540, 0.05
# Times, and the place in the data loader, which only counts steps.
_TIMES = ("generate_seconds", "step_time", "epoch")

Step = dict[str, Any]


class Broken(NamedTuple):
    """A training that was killed.

    `logged` are its raw lines, one a step, of which the first `saved` are of steps that its
    last checkpoint holds; `orphans` is how many processes outlived it.
    """

    logged: list[str]
    saved: int
    orphans: int


def measure(place: Place) -> Iterator[Result]:
    """A training left alone, and one that was killed and resumed, on the processor."""
    folder = place.folder("resuming")
    model = make_tiny(folder / "tiny", place.home)
    whole, again = (bare_run(place, folder / name) for name in ("whole", "again"))
    _train(place, model, whole)
    wanted = steps(whole)
    say(f"resuming: {len(wanted)} steps unbroken")
    broken = _killed(place, model, again, random.SystemRandom().randint(KILLED_FROM, KILLED_TO))
    yield Result("kill -9: orphans", f"{broken.orphans} processes", broken.orphans == 0)
    _train(place, model, again)
    yield _resumed_from(broken, step_lines(again / DAPO))
    found, last = steps(again), len(broken.logged)
    same = sum(wanted[n] == found[n] for n in range(last, last + NEXT))
    measured = f"{same} of {NEXT} steps after {last}, {_same(wanted, found)} of {STEPS} in all"
    yield Result("kill -9 and resume", measured, same == NEXT and wanted == found)
    equal = _weights(whole) == _weights(again)
    measured = "the same bytes" if equal else "other weights"
    yield Result("kill -9: final weights", measured, equal)


def _resumed_from(broken: Broken, lines: list[str]) -> Result:
    step = kept(broken.logged, lines)
    measured = f"step {step}, checkpoint {broken.saved}, killed after {len(broken.logged)}"
    return Result("kill -9: resumed from", measured, step == broken.saved > 0)


def steps(run_folder: Path) -> list[Step]:
    """The logged steps, without how long they took; a torn last line is left out."""
    logged = [json.loads(line) for line in step_lines(run_folder / DAPO)]
    return [{name: v for name, v in step.items() if name not in _TIMES} for step in logged]


def _same(wanted: list[Step], found: list[Step]) -> int:
    return sum(a == b for a, b in zip(wanted, found, strict=False))


def _command(model: Path, run_folder: Path) -> list[str]:
    return tiny_training(model, run_folder, steps=STEPS)


def _train(place: Place, model: Path, run_folder: Path) -> None:
    command = (BIN / "masksearch", *_command(model, run_folder))
    done = run(*command, cwd=place.work, env=on_processor(place), timeout=_LIMIT)
    expect(done, "train dapo")


def _killed(place: Place, model: Path, run_folder: Path, after: int) -> Broken:
    """Kill it some way into the step that follows step `after`."""
    command = (BIN / "masksearch", *_command(model, run_folder))
    log = run_folder.with_suffix(".log")
    running = start(*command, cwd=place.work, env=on_processor(place), log=log)
    try:
        seconds = _wait_for(run_folder, after, running)
        time.sleep(random.SystemRandom().random() * seconds)
    finally:
        orphans = kill(running)
    logged = step_lines(run_folder / DAPO)
    if len(logged) + NEXT > STEPS:
        raise Unmeasured(f"killed too late, after step {len(logged)}")
    say(f"resuming: killed in step {len(logged) + 1}")
    return Broken(logged, len(logged) - unsaved_steps(run_folder, DAPO), orphans)


def _wait_for(run_folder: Path, step: int, running: subprocess.Popen[bytes]) -> float:
    """Wait until a step is logged; seconds that a step takes."""
    began = first = 0.0
    until = time.monotonic() + _LIMIT
    while time.monotonic() < until and running.poll() is None:
        there = len(step_lines(run_folder / DAPO))
        if there and not began:
            began, first = time.monotonic(), float(there)
        if there >= step:
            return (time.monotonic() - began) / max(1.0, there - first)
        time.sleep(_LOOK_SECONDS)
    raise Unmeasured(f"the training ended before step {step}")


def _weights(run_folder: Path) -> list[bytes]:
    return [one.read_bytes() for one in sorted((run_folder / DAPO / MODEL).glob("*.safetensors"))]


GROUP = Group(
    "resuming",
    (
        Bar("kill -9: orphans", "none"),
        Bar("kill -9: resumed from", "its last checkpoint, not step 0"),
        Bar("kill -9 and resume", f"next {NEXT} steps bit-identical, on CPU"),
        Bar("kill -9: final weights", "as of an unbroken run"),
    ),
    measure,
    minutes=6,
)
