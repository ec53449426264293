"""`kill -9` for the process that trains, and for the command that waits for it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.frame.trees import KEPT_RUN
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import BIN, kill, start
from bench.harness.step_lines import step_lines
from bench.loop.remains import unsaved_steps
from masksearch.stages import SFT

KILLED_AT = 7
_SAVE_STEPS, _EPOCHS = 5, 6
_LIMIT, _LOOK_SECONDS = 240, 0.02
_SFT = (
    *("train", "sft", "--if-exists", "restart"),
    *("--set", "sft.batch_size=1", "--set", f"sft.epochs={_EPOCHS}"),
    *("--set", f"sft.save_steps={_SAVE_STEPS}", "--set", "model.dtype=float32"),
)
_AGAIN = ("train", "sft")
_WORDS = "run the same command"


def measure(place: Place) -> Iterator[Result]:
    """SFT of the kept run's small model, each time in a fresh copy of the run."""
    folder = place.folder("killed")
    shutil.copytree(KEPT_RUN / SFT / "model", folder / "tiny")
    yield from _child_killed(place, folder, "child")
    yield from _parent_killed(place, folder, "parent")


def _child_killed(place: Place, folder: Path, name: str) -> Iterator[Result]:
    running = _training(place, folder, name)
    try:
        [child] = psutil.Process(running.pid).children()
        child.kill()
        code = running.wait(_LIMIT)
    finally:
        kill(running)
    errors = [line for line in _log(folder, name).splitlines() if line.startswith("error: ")]
    one_line = len(errors) == 1 and _WORDS in errors[0]
    measured = (
        f"exit {code}, {'one line says what to do' if one_line else _log(folder, name)[-80:]}"
    )
    yield Result("a child killed", measured, code == 2 and one_line)
    yield _resumed(place, folder, name)


def _parent_killed(place: Place, folder: Path, name: str) -> Iterator[Result]:
    orphans = kill(_training(place, folder, name))
    yield Result("a parent killed", f"{orphans} orphans", orphans == 0)
    yield _resumed(place, folder, name)


def _training(place: Place, folder: Path, name: str) -> subprocess.Popen[bytes]:
    """A training that has logged some steps; raises Unmeasured where it ends before."""
    shutil.copytree(KEPT_RUN, folder / name)
    log = folder / f"{name}.log"
    running = start(f"{BIN}/masksearch", *_SFT, "--run", name, cwd=folder, env=place.env, log=log)
    until = time.monotonic() + _LIMIT
    while not KILLED_AT <= len(step_lines(folder / name / SFT)) < 2 * KILLED_AT:
        if running.poll() is not None or time.monotonic() > until:
            kill(running)
            raise Unmeasured(f"{name}: no training to kill: {_log(folder, name)[-200:]}")
        time.sleep(_LOOK_SECONDS)
    return running


def _resumed(place: Place, folder: Path, name: str) -> Result:
    """From where the same command goes on, and how it ends.

    What comes after its checkpoint is cut off before the first step, so the fewest lines that
    stand meanwhile say where it begins.
    """
    stage, again = folder / name / SFT, folder / f"{name}-again.log"
    logged = len(step_lines(stage))
    saved = logged - unsaved_steps(folder / name, SFT)
    command = (f"{BIN}/masksearch", *_AGAIN, "--run", name)
    running = start(*command, cwd=folder, env=place.env, log=again)
    fewest, until = logged, time.monotonic() + _LIMIT
    while running.poll() is None and time.monotonic() < until:
        fewest = min(fewest, len(step_lines(stage)))
        time.sleep(_LOOK_SECONDS)
    kill(running)
    measured = f"after {fewest} steps ({saved} saved of {logged}), exit {running.returncode}"
    met = running.returncode == 0 and 0 < saved <= fewest <= saved + 1
    return Result(f"a {name} killed: resumed", measured, met)


def _log(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


GROUP = Group(
    "killed",
    (
        Bar("a child killed", "exit 2, one line"),
        Bar("a child killed: resumed", "from its checkpoint, not step 0"),
        Bar("a parent killed", "no orphan"),
        Bar("a parent killed: resumed", "from its checkpoint, not step 0"),
    ),
    measure,
    minutes=2,
)
