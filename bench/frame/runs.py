"""Runs that stand on one base: built together, and refused when the base has changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.frame.trees import KEPT_RUN
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.named_tests import tests
from bench.harness.place import Place
from bench.harness.processes import BIN, Done, expect, kill, start
from masksearch.stages import SFT, TASKS, TRAIN
from masksearch.store import file_hash

_SECONDS = 300
_TOP = ("synth run --set synth.queries_per_turn=2", "synth run --set synth.limit=5")
_REFUSALS = "cli/test_runs_on_runs.py"
_READ = "cli/test_contracts_1.py"


def measure(place: Place) -> Iterator[Result]:
    """On copies of the kept run, whose model is small; the rest by tests."""
    folder = place.folder("runs")
    base = _base(folder)
    yield _together(place, folder, base)
    yield _edited(place, folder, base)
    yield _made_again(place, folder)
    yield tests(place, _REFUSALS).result("bases that cannot be stood on")
    yield tests(place, _READ).result("a run of contracts 1")


def _base(folder: Path, name: str = "base") -> Path:
    shutil.copytree(KEPT_RUN, folder / name)
    if not (folder / "tiny").exists():
        shutil.copytree(folder / name / SFT / "model", folder / "tiny")
    return folder / name


def _together(place: Place, folder: Path, base: Path) -> Result:
    """Two processes at once, each making its own traces, conversations and model on one base."""
    before = file_hash(base)
    running = [
        start(*_chain(number, words), cwd=folder, env=place.env, log=folder / f"{number}.log")
        for number, words in enumerate(_TOP)
    ]
    try:
        codes = [one.wait(_SECONDS) for one in running]
    finally:
        for one in running:
            kill(one)
    models = [folder / f"top{number}" / SFT / "model" for number in range(len(_TOP))]
    made = sum(model.is_dir() for model in models)
    same = file_hash(base) == before
    measured = f"exits {codes}, {made} models, base {'untouched' if same else 'CHANGED'}"
    return Result("two runs at once", measured, codes == [0, 0] and made == len(_TOP) and same)


def _chain(number: int, synth: str) -> tuple[str, ...]:
    """Commands of one run, one after another in a process of their own."""
    masksearch = f"{BIN}/masksearch"
    lines = [f"{synth} --on base", "export", "train sft --set sft.batch_size=1"]
    return "sh", "-ec", "; ".join(f"{masksearch} {line} --run top{number}" for line in lines)


def _edited(place: Place, folder: Path, base: Path) -> Result:
    """One byte of the tasks that were read from below, then the next command."""
    _changed_byte(base / TASKS / TRAIN)
    done = place.masksearch("train", "sft", "--run", "top0", cwd=folder)
    return _refused("one byte of a base", done, TRAIN)


def _changed_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-4] ^= 1
    path.write_bytes(content)


def _made_again(place: Place, folder: Path) -> Result:
    """A base's SFT with another seed: as many traces, tokens and steps, other weights."""
    base = _base(folder, "again")
    counts = _counts(base)
    asked = ("eval", "run", "--rows", "sft", "--run", "above")
    expect(place.masksearch(*asked, "--on", "again", cwd=folder), "eval run")
    restart = ("--set", "sft.seed=1", "--if-exists", "restart")
    expect(place.masksearch("train", "sft", "--run", "again", *restart, cwd=folder), "train sft")
    again = _counts(base)
    if any(again[name] != counts[name] for name in ("traces", "steps")):
        raise Unmeasured(f"the counts differ: {counts} → {again}")
    return _refused("SFT made again", place.masksearch(*asked, cwd=folder), "model.safetensors")


def _counts(base: Path) -> dict[str, float]:
    counts: dict[str, float] = json.loads((base / SFT / "manifest.json").read_text())["counts"]
    return counts


def _refused(name: str, done: Done, difference: str) -> Result:
    """Whether a command ended with one line that shows what is different."""
    lines = [line for line in done.err.splitlines() if line.startswith("error: ")]
    shown = [line for line in lines if difference in line and "→" in line]
    at = shown[0].index(difference) if shown else 0
    measured = f"exit {done.code}: …{shown[0][at : at + 60]}" if shown else done.tail[-80:]
    return Result(name, measured, done.code == 2 and bool(shown))


GROUP = Group(
    "runs",
    (
        Bar("two runs at once", "the base's files untouched"),
        Bar("one byte of a base", "refused with the difference"),
        Bar("SFT made again", "refused with the difference"),
        Bar("bases that cannot be stood on", "one line each; a chain of four reads"),
        Bar("a run of contracts 1", "read by every reading command"),
    ),
    measure,
    minutes=4,
)
