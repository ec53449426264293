"""A training in a process of its own, from the side that waits for it. Imports no torch.

The child says on its standard output how far it is, as JSON lines, leaves its result in a
file, and ends when its standard input does: a parent that is killed leaves no orphan. All
memory of a training is free when its process has ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from masksearch import errors
from masksearch.errors import MaskSearchError, TrainingError
from masksearch.ports import Progress
from masksearch.store import make_folder, read_json, write_atomically
from training.jobs import Job

JOB, RESULT, STDERR = ".job.json", ".result.json", ".stderr.txt"
PROGRESS, FACTS, COUNTS, ERROR, KIND = "progress", "facts", "counts", "error", "kind"
_ROOT = Path(__file__).parents[1]
_GRACE_SECONDS = 30


class Listener(NamedTuple):
    """Who hears of a training: how far it is, and facts that must be kept at once."""

    progress: Progress
    note: Callable[..., None]


def train_in_process(job: Job, listener: Listener) -> dict[str, Any]:
    """Train to the end in a child; returns the counts.

    Raises the MaskSearchError that the child ended with, and TrainingError where it was
    killed or crashed. Ctrl-C ends the child first.
    """
    folder = make_folder(job.stage)
    write_atomically(folder / JOB, job.model_dump_json(indent=2))
    (folder / RESULT).unlink(missing_ok=True)
    with (folder / STDERR).open("wb") as stderr:
        child = subprocess.Popen(
            [sys.executable, "-m", "training", str(folder / JOB)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(),
            start_new_session=True,  # Ctrl-C reaches it through us alone, once
        )
    try:
        _listen(child, listener)
    except BaseException:
        _interrupt(child)
        raise
    return _result(child, folder)


def _environment() -> dict[str, str]:
    """Ours, in which the child finds the same code as we did."""
    known = os.environ.get("PYTHONPATH")  # noqa: TID251 - handed on, not read as a setting
    paths = [str(_ROOT), *([known] if known else [])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}  # noqa: TID251


def _listen(child: subprocess.Popen[bytes], listener: Listener) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        message = json.loads(line)
        if FACTS in message:
            listener.note(**message[FACTS])
        else:
            listener.progress(*message[PROGRESS])
    child.wait()


def _interrupt(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _result(child: subprocess.Popen[bytes], folder: Path) -> dict[str, Any]:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    if not (folder / RESULT).exists():
        raise _crash(child.returncode, folder / STDERR)
    result = read_json(folder / RESULT)
    for name in (JOB, RESULT, STDERR):
        (folder / name).unlink(missing_ok=True)
    if ERROR in result:
        raise _typed(result[KIND], result[ERROR])
    counts: dict[str, Any] = result[COUNTS]
    return counts


def _typed(kind: str, reason: str) -> MaskSearchError:
    found = getattr(errors, kind, TrainingError)
    made: MaskSearchError = found(reason)
    return made


def _crash(code: int, stderr: Path) -> TrainingError:
    if code < 0:
        name = signal.Signals(-code).name
        return TrainingError(
            f"the training's process was killed ({name}; often for want of memory): "
            "run the same command to resume from its last checkpoint"
        )
    with stderr.open(encoding="utf-8", errors="replace") as file:
        last = deque((line.strip() for line in file if line.strip()), maxlen=1)
    said = last[-1] if last else f"exit code {code}"
    return TrainingError(f"the training's process ended unexpectedly: {said} (all in {stderr})")
