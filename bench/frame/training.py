"""Training through a process of its own leaves the weights that training within one left."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.frame.trees import Tree, before, same_training
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect
from masksearch.stages import DAPO, SFT, StageKind

STEPS = 10
_LIMIT = 3600
_SFT = ("sft.batch_size=1", f"sft.epochs={STEPS / 40}", "sft.save_steps=5")
_DAPO = (f"dapo.steps={STEPS}", "dapo.save_steps=5", "dapo.overlong_filtering=false")
_COMMON = ("model.dtype=float32", "synth.limit=60")


def measure(place: Place) -> Iterator[Result]:
    """SmolLM2 on tasks and traces that the older code made; both trainings by both codes."""
    folder, then, now = place.folder("training"), before(place), same_training(place)
    made = folder / "made"
    for command in ("corpus build", "index build", "ramp build", "synth run", "export"):
        first = ("--recipe", "demo-tiny", *_set(*_COMMON)) if command == "corpus build" else ()
        _run(then, folder, command, made, *first)
    for name in ("then", "now"):
        shutil.copytree(made, folder / name)
    for tree, name in ((then, "then"), (now, "now")):
        _run(tree, folder, "train sft", folder / name, *_set(*_SFT))
        _run(tree, folder, "train dapo", folder / name, *_set(*_DAPO))
    yield _same(folder, SFT, "SFT weights")
    yield _same(folder, DAPO, "DAPO weights")


def _set(*assignments: str) -> tuple[str, ...]:
    return tuple(part for one in assignments for part in ("--set", one))


def _run(tree: Tree, folder: Path, command: str, run: Path, *options: str) -> None:
    arguments = (*command.split(), "--run", str(run), *options)
    expect(tree.masksearch(*arguments, cwd=folder, timeout=_LIMIT), command)


def _same(folder: Path, kind: StageKind, bar: str) -> Result:
    """Whether both codes left equal tensors, and how many steps each made."""
    from safetensors.numpy import load_file

    ours, theirs = (
        load_file(folder / name / kind / "model" / "model.safetensors") for name in ("now", "then")
    )
    equal = sum((ours[name] == theirs[name]).all() for name in ours if name in theirs)
    steps = [_steps(folder / name / kind) for name in ("now", "then")]
    measured = f"{equal} of {len(theirs)} tensors equal after {steps[0]} and {steps[1]} steps"
    return Result(
        bar, measured, equal == len(ours) == len(theirs) and steps[0] == steps[1] >= STEPS
    )


def _steps(stage: Path) -> int:
    return len((stage / "metrics.jsonl").read_text(encoding="utf-8").splitlines())


GROUP = Group(
    "training",
    tuple(
        Bar(name, f"bit-identical, SmolLM2, ≥ {STEPS} steps")
        for name in ("SFT weights", "DAPO weights")
    ),
    measure,
    minutes=25,
)
