"""A disk that is full when DAPO saves its second checkpoint."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

from bench.harness.named_tests import tests
from bench.harness.place import Place
from bench.harness.processes import BIN, Done, run
from bench.harness.tiny import bare_run, on_processor, tiny_training
from masksearch.stages import DAPO

STEPS = 6
_SAVED = 2
"""The step of the first checkpoint, for which there is room."""
_LIMIT = 540
_TEST = "training/test_dapo_bad_input.py::test_a_full_disk_at_a_checkpoint_keeps_the_one_before"
_CHECKPOINTS = 1.5
"""Room for so many."""
_WEIGHTS = 3
"""A checkpoint in sizes of its model: the optimizer holds two more."""
# A real file system of that size, seen by this process and its children alone.
_SCRIPT = """
set -e
mount -t tmpfs -o size={size} tmpfs {disk}
cp -r {run}/. {disk}/run
set +e
{train} > full.out 2> full.err
echo $? > full.code
ls {disk}/run/{stage}/checkpoints > kept
cp {disk}/run/{stage}/metrics.jsonl before.jsonl
mount -o remount,size={enough} {disk}
{train} > again.out 2> again.err
echo $? > again.code
cp {disk}/run/{stage}/metrics.jsonl after.jsonl
"""


class Measured(NamedTuple):
    """What was measured, and whether it is as wanted."""

    measured: str
    met: bool


def measure_full_disk(place: Place, folder: Path, model: Path) -> Measured:
    """A training on a small disk, and the same command when there is space again.

    Where no file system can be mounted, a test with the writers' own errors stands for it.
    """
    here = folder / "full-disk"
    (here / "disk").mkdir(parents=True)
    if run("unshare", "-rm", "true", cwd=here, env=place.env).code:
        tested = tests(place, _TEST)
        return Measured(f"no small disk here; {tested.measured}", tested.passed == tested.ran > 0)
    made = bare_run(place, here / "made")
    script = _script(here, made, model)
    done = run(
        "unshare", "-rm", "sh", "-c", script, cwd=here, env=on_processor(place), timeout=_LIMIT
    )  # fmt: skip
    if not (here / "again.code").exists():
        return Measured(f"the small disk did not work: {done.tail}", met=False)
    return _judge(here)


def _script(here: Path, made: Path, model: Path) -> str:
    weights = sum(file.stat().st_size for file in model.glob("*.safetensors"))
    size = int(_bytes(made) + _CHECKPOINTS * _WEIGHTS * weights)
    command = tiny_training(model, here / "disk" / "run", steps=STEPS, save_steps=_SAVED)
    return _SCRIPT.format(
        size=size,
        enough=size + 20 * weights,
        disk=shlex.quote(str(here / "disk")),
        run=shlex.quote(str(made)),
        train=shlex.join([str(BIN / "masksearch"), *command]),
        stage=DAPO,
    )


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _judge(here: Path) -> Measured:
    full, again = _done(here, "full"), _done(here, "again")
    errors = [line for line in full.err.splitlines() if line.startswith("error: ")]
    refused = full.code == 2 and len(errors) == 1 and "no space left" in errors[0]
    kept = (here / "kept").read_text().split()
    before, after = (_lines(here / f"{name}.jsonl") for name in ("before", "after"))
    redone = next((n for n, line in enumerate(after) if line not in before), len(after))
    finished = again.code == 0 and len(after) == STEPS and redone == _SAVED
    shutil.rmtree(here / "disk", ignore_errors=True)
    if not refused:
        return Measured(f"exit {full.code}: {full.tail}", met=False)
    if again.code:
        return Measured(f"then exit {again.code}: {again.tail}", met=False)
    measured = f"exit 2, one line, {kept[0]} kept; went on with step {redone + 1} to {len(after)}"
    return Measured(measured, finished)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def _done(here: Path, name: str) -> Done:
    out, err = ((here / f"{name}.{kind}").read_text() for kind in ("out", "err"))
    return Done(int((here / f"{name}.code").read_text()), out, err, 0.0)
