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
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
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
_STOPPING = "stopping after this step, which is saved first; Ctrl-C again stops at once\n"


class Listener(NamedTuple):
    """Who hears of a training: how far it is, and facts that must be kept at once."""

    progress: Progress
    note: Callable[..., None]


def train_in_process(job: Job, listener: Listener) -> dict[str, Any]:
    """Train to the end in a child; returns the counts as a manifest has them.

    Raises the MaskSearchError that the child ended with, TrainingError where it was killed or
    crashed, and KeyboardInterrupt once it has heeded Ctrl-C: then the step is saved at which it
    was, unless Ctrl-C came twice.
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
            env=child_environment(),
            start_new_session=True,  # Ctrl-C reaches it through us alone, once
        )
    try:
        failure, stopped = _heard(child, listener)
    except BaseException:
        _end(child)
        _tidy(folder)  # or a stage in which nothing was made yet looks as if it held work
        raise
    counts = _result(child, folder, failure)
    if stopped:  # too late for this training, but not for what would come after it
        raise KeyboardInterrupt
    return counts


def child_environment() -> dict[str, str]:
    """Ours, in which a child finds the same code as we did."""
    known = os.environ.get("PYTHONPATH")  # noqa: TID251 - handed on, not read as a setting
    paths = [str(_ROOT), *([known] if known else [])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}  # noqa: TID251


def _heard(
    child: subprocess.Popen[bytes], listener: Listener
) -> tuple[MaskSearchError | None, bool]:
    """Listen until the child has ended: its error if it said one, and whether it was to stop."""
    lines = _lines(child)
    try:
        return _listen(child, lines, listener), False
    except KeyboardInterrupt:
        sys.stderr.write(_STOPPING)
        child.send_signal(signal.SIGINT)
    return _listen(child, lines, listener), True


def _lines(child: subprocess.Popen[bytes]) -> SimpleQueue[bytes]:
    """What the child says, line by line, then an empty line; waiting for one can be interrupted.

    Read in a thread, so that an interruption tears no line.
    """
    assert child.stdout is not None
    said, lines = child.stdout, SimpleQueue[bytes]()

    def read() -> None:
        for line in said:
            lines.put(line)
        lines.put(b"")

    threading.Thread(target=read, daemon=True).start()
    return lines


def _listen(
    child: subprocess.Popen[bytes], lines: SimpleQueue[bytes], listener: Listener
) -> MaskSearchError | None:
    """Pass on what the child says until it ends; the error that it ended with, if it said one.

    Errors come this way, not in a file: the disk may be what failed.
    """
    failure = None
    while (line := lines.get()).endswith(b"\n"):  # else the last, or torn by a kill
        message = json.loads(line)
        if ERROR in message:
            failure = _typed(message[KIND], message[ERROR])
        elif FACTS in message:
            listener.note(**message[FACTS])
        else:
            listener.progress(*message[PROGRESS])
    child.wait()
    return failure


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child at once, whatever it is at."""
    child.terminate()
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
