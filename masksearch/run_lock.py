"""Who may work in a run folder: one writer, or any number of runs that stand on it."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from masksearch.errors import StoreError
from masksearch.redaction import redacted
from masksearch.settings import known_secrets
from masksearch.store import disk_errors
from masksearch.text import encodable

LOCK = "lock"


@contextmanager
def writing(run: Path) -> Iterator[None]:
    """Hold a run's lock for writing; raises StoreError naming whoever has it."""
    path = run / LOCK
    with disk_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _hold(descriptor, run, fcntl.LOCK_EX)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def reading(runs: list[Path]) -> Iterator[None]:
    """Keep the writers of some runs away while another run reads them.

    Nothing is written, so the lock of a run says of its readers only that there are some.
    Raises StoreError naming a writer.
    """
    with ExitStack() as held:
        for run in runs:
            if (run / LOCK).exists():  # else nobody has ever written there
                file = held.enter_context((run / LOCK).open("rb"))
                _hold(file.fileno(), run, fcntl.LOCK_SH)
        yield


def holder(run: Path) -> str:
    """The process that is writing into a run; empty when there is none."""
    path = run / LOCK
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # given back on closing
    except BlockingIOError:
        return _signature(path)
    except OSError:
        return ""
    return ""


def _hold(descriptor: int, run: Path, mode: int) -> None:
    path = run / LOCK
    with disk_errors(path):
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError as error:
            by = holder(run) or "a run that stands on it: wait until that has ended"
            raise StoreError(f"{run} is in use by {by}") from error


def _sign(descriptor: int) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    shown = redacted(" ".join(command.split()), known_secrets())
    signature = encodable(f"process {os.getpid()} ({shown})\n")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, signature.encode(), 0)


def _signature(lock: Path) -> str:
    """What the writer that holds a lock wrote into it."""
    return lock.read_text(encoding="utf-8", errors="replace").strip() or "another process"
