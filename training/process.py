"""A training in a process of its own, from the side that waits for it. Imports no torch.

The child says on its standard output how far it is, and why it failed, as JSON lines, leaves
its counts in a file, and, where it is told to, ends when its standard input does: a parent that
is killed leaves no orphan. All memory of a training is free when its process has ended.
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
WATCHED, INTERRUPTED = "--watched", 130
_ROOT = Path(__file__).parents[1]
_GRACE_SECONDS = 30


class Listener(NamedTuple):
    """Who hears of a training: how far it is, and facts that must be kept at once."""

    progress: Progress
    note: Callable[..., None]


def train_in_process(job: Job, listener: Listener) -> dict[str, Any]:
    """Train to the end in a child; returns the counts as a manifest has them.

    Raises the MaskSearchError that the child ended with, and TrainingError where it was
    killed or crashed. Ctrl-C ends the child first.
    """
    folder = make_folder(job.stage)
    write_atomically(folder / JOB, job.model_dump_json(indent=2))
    (folder / RESULT).unlink(missing_ok=True)
    with (folder / STDERR).open("wb") as stderr:
        child = subprocess.Popen(
            # -P: a folder of the user's own that is called `training` must not be taken for ours.
            [sys.executable, "-P", "-m", "training", str(folder / JOB), WATCHED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(),
            start_new_session=True,  # Ctrl-C reaches it through us alone, once
        )
    try:
        failure = _listen(child, listener)
    except BaseException:
        _interrupt(child)
        _tidy(folder)  # or a stage in which nothing was made yet looks as if it held work
        raise
    return _result(child, folder, failure)


def _environment() -> dict[str, str]:
    """Ours, in which the child finds the same code as we did."""
    known = os.environ.get("PYTHONPATH")  # noqa: TID251 - handed on, not read as a setting
    paths = [str(_ROOT), *([known] if known else [])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}  # noqa: TID251


def _listen(child: subprocess.Popen[bytes], listener: Listener) -> MaskSearchError | None:
    """Pass on what the child says until it ends; the error that it ended with, if it said one.

    Errors come this way, not in a file: the disk may be what failed.
    """
    assert child.stdout is not None
    failure = None
    for line in child.stdout:
        if not line.endswith(b"\n"):  # torn by a kill
            break
        message = json.loads(line)
        if ERROR in message:
            failure = _typed(message[KIND], message[ERROR])
        elif FACTS in message:
            listener.note(**message[FACTS])
        else:
            listener.progress(*message[PROGRESS])
    child.wait()
    return failure


def _interrupt(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _result(
    child: subprocess.Popen[bytes], folder: Path, failure: MaskSearchError | None
) -> dict[str, Any]:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    if child.returncode == INTERRUPTED:
        _tidy(folder)
        raise KeyboardInterrupt
    if failure is None and not (folder / RESULT).exists():
        raise _crash(child.returncode, folder / STDERR)
    counts: dict[str, Any] = {} if failure else read_json(folder / RESULT)[COUNTS]
    _tidy(folder)
    if failure:
        raise failure
    return counts


def _tidy(folder: Path) -> None:
    for name in (JOB, RESULT, STDERR):
        (folder / name).unlink(missing_ok=True)


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
