"""Five `kill -9` at random moments of a tiny demo, each followed by the same command."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, Done, kill, start
from bench.loop.remains import Remains, changes, item_ids, remains, unsaved_steps
from masksearch.recipe_file import read_recipe
from masksearch.stages import DAPO, SFT, StageKind

KILLS, RUN_SECONDS, SEED = 5, 240, 20
RECIPE = "demo-tiny"
TRAINED = {SFT: "sft", DAPO: "dapo"}
_LAST_MOMENT = 0.95  # of an unbroken run: later ones might come after its end
_LIMIT, _TRIES = 900, 4


class Unbroken(NamedTuple):
    """A run that was left alone, and the second one that was tried beside it."""

    folder: Path
    seconds: float
    holder: int
    second: Done


class Broken(NamedTuple):
    """A run that was killed after `moment` seconds, and the same command after it."""

    folder: Path
    moment: float
    code: int
    seconds: float
    before: Remains
    unsaved: dict[StageKind, int]


def measure(place: Place) -> Iterator[Result]:
    """One run unbroken, then one for every kill."""
    folder = place.folder("kills")
    whole = _unbroken(place, folder / "unbroken")
    say(f"kills: an unbroken run took {whole.seconds:.0f} s")
    yield _refused(whole)
    broken = []
    for number, moment in enumerate(moments(whole.seconds), 1):
        broken.append(_broken(place, folder, number, moment))
        last = broken[-1]
        say(f"kills: killed at {last.moment:.0f} s, went on for {last.seconds:.0f} s: {last.code}")
    yield _finished(broken)
    yield _kept(broken)
    yield from _items(whole, broken)
    yield _training(broken)
    slowest = max(whole.seconds, *(one.seconds for one in broken))
    yield Result("kills time", f"{slowest:.0f} s at most", slowest <= RUN_SECONDS)


def moments(seconds: float) -> list[float]:
    """One random moment in each fifth of a run."""
    drawn = random.Random(SEED)
    part = _LAST_MOMENT * seconds / KILLS
    return [(number + drawn.random()) * part for number in range(KILLS)]


def _demo(place: Place, run: Path) -> subprocess.Popen[bytes]:
    command = (BIN / "masksearch", "demo", "--recipe", RECIPE, "--run", run)
    log = run.with_suffix(".log")
    return start(*command, cwd=run.parent, env=place.env, log=log)


def _unbroken(place: Place, run: Path) -> Unbroken:
    began = time.perf_counter()
    running = _demo(place, run)
    try:
        _wait_for_lock(run, running)
        command = ("demo", "--recipe", RECIPE, "--run", run)
        second = place.masksearch(*command, cwd=run.parent)
        code = running.wait(_LIMIT)
    finally:
        kill(running)
    if code:
        raise Unmeasured(f"the unbroken demo ended with {code}: {_tail(run)}")
    return Unbroken(run, time.perf_counter() - began, running.pid, second)


def _wait_for_lock(run: Path, running: subprocess.Popen[bytes]) -> None:
    lock = run / "lock"
    while not (lock.exists() and lock.read_text()):
        if running.poll() is not None:
            raise Unmeasured(f"the demo ended before it began: {_tail(run)}")
        time.sleep(0.05)


def _broken(place: Place, folder: Path, number: int, moment: float) -> Broken:
    """Kill a run, earlier if it was done by then, and run the same command to its end."""
    for attempt in range(_TRIES):
        run = folder / f"killed-{number}-{attempt}"
        if _kill_after(_demo(place, run), moment):
            break
        moment *= 0.8
    else:
        raise Unmeasured("the demo was always done before it could be killed")
    before, unsaved = remains(run), {name: unsaved_steps(run, name) for name in TRAINED}
    began = time.perf_counter()
    again = _demo(place, run)
    try:
        code = again.wait(_LIMIT)
    finally:
        kill(again)
    return Broken(run, moment, code, time.perf_counter() - began, before, unsaved)


def _kill_after(running: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    finally:
        kill(running)
    if running.returncode:
        raise Unmeasured(f"the demo ended with {running.returncode} by itself")
    return False


def _tail(run: Path) -> str:
    return " ".join(run.with_suffix(".log").read_text(errors="replace")[-200:].split())


def _refused(whole: Unbroken) -> Result:
    second = whole.second
    named = f"process {whole.holder} " in second.err
    measured = f"exit {second.code}, names {'the process' if named else 'nobody'}"
    return Result("kills second run", measured, second.code == 2 and named)


def _finished(broken: list[Broken]) -> Result:
    done = sum(one.code == 0 for one in broken)
    measured = f"{done} of {KILLS}, killed at {', '.join(f'{one.moment:.0f}' for one in broken)} s"
    return Result("kills finish", measured, done == KILLS)


def _kept(broken: list[Broken]) -> Result:
    """Finished items stand as they stood when the run was killed."""
    redone = [name for one in broken for name in changes(one.before, remains(one.folder))]
    stood = [one.before for one in broken]
    lines = sum(len(found) for before in stood for found in before.lines.values())
    files = sum(len(before.files) for before in stood)
    measured = f"{len(redone)} of {files} files and {lines} lines {' '.join(redone[:3])}"
    return Result("kills redo nothing", measured.strip(), not redone)


def _items(whole: Unbroken, broken: list[Broken]) -> Iterator[Result]:
    """Every item once, and the same ones as in a run that was left alone."""
    wanted = item_ids(whole.folder)
    found = [item_ids(one.folder) for one in broken]
    twice = sum(len(ids) - len(set(ids)) for run in found for ids in run.values())
    total = sum(len(ids) for run in found for ids in run.values())
    yield Result("kills no id twice", f"{twice} of {total:,} ids", twice == 0 < total)
    other = sum(_others(run, wanted) for run in found)
    yield Result("kills lose nothing", f"{other} ids lost or new", other == 0)


def _others(run: dict[str, list[str]], wanted: dict[str, list[str]]) -> int:
    kinds = run.keys() | wanted.keys()
    return sum(len(set(run.get(kind, ())) ^ set(wanted.get(kind, ()))) for kind in kinds)


def _training(broken: list[Broken]) -> Result:
    recipes = [read_recipe(one.folder / "config.yaml") for one in broken]
    over = [
        name
        for one, recipe in zip(broken, recipes, strict=True)
        for name, steps in one.unsaved.items()
        if steps > recipe[TRAINED[name]]["save_steps"]
    ]
    most = max(steps for one in broken for steps in one.unsaved.values())
    return Result("kills training", f"{most} steps at most", not over)


GROUP = Group(
    "kills",
    (
        Bar("kills second run", "exit 2, names the process"),
        Bar("kills finish", f"{KILLS} of {KILLS} after kill -9"),
        Bar("kills redo nothing", "0 finished files or lines changed"),
        Bar("kills no id twice", "0 ids"),
        Bar("kills lose nothing", "the ids of an unbroken run"),
        Bar("kills training", "≤ save_steps steps again"),
        Bar("kills time", f"≤ {RUN_SECONDS} s a run"),
    ),
    measure,
    minutes=40,
)
