"""`python -m training JOB.json`: train as a job says; see `training.process`.

May be started by hand or by `accelerate launch` as well: of several processes only the first
speaks and writes. With `--watched` it ends when its standard input does.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import IO, Any

from masksearch.errors import InputError, MaskSearchError
from masksearch.redaction import redacted
from masksearch.settings import known_secrets
from masksearch.store import write_json
from training.jobs import read_job
from training.process import (
    COUNTS,
    ERROR,
    FACTS,
    INTERRUPTED,
    KIND,
    PROGRESS,
    RESULT,
    WATCHED,
    Listener,
)

_REFUSED, _CRASHED = 2, 1


def main(arguments: list[str] | None = None) -> int:
    """Train; returns the exit code."""
    given = _arguments(arguments)
    channel = _own_channel()
    if given.watched:
        _end_with_the_parent()
    for ending in (signal.SIGINT, signal.SIGTERM):  # the first of which a shell may switch off
        signal.signal(ending, signal.default_int_handler)

    def say(message: dict[str, Any]) -> None:
        if _is_first():
            channel.write(json.dumps(message) + "\n")
            channel.flush()

    listener = Listener(
        progress=lambda done, total, note="": say({PROGRESS: [done, total, note]}),
        note=lambda **facts: say({FACTS: facts}),
    )
    try:
        counts = _train(given.job, listener)
        if _is_first():
            write_json(given.job.with_name(RESULT), {COUNTS: counts})
    except MaskSearchError as error:
        say({ERROR: str(error), KIND: type(error).__name__})
        return _REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the edge of the process: the parent reads the reason
        sys.stderr.write(redacted(traceback.format_exc(), known_secrets()))
        return _CRASHED
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m training", description="Train as a job says.")
    parser.add_argument("job", type=Path, metavar="JOB.json")
    parser.add_argument(WATCHED, action="store_true", help="end when standard input does")
    return parser.parse_args(arguments)


def _is_first() -> bool:
    """Whether this is the only process, or the first that a launcher started."""
    from accelerate import PartialState  # noqa: PLC0415 - torch takes seconds

    return bool(PartialState().is_main_process)


def _train(path: Path, listener: Listener) -> dict[str, Any]:
    job = read_job(path)
    if job.stage.resolve() != path.parent.resolve():
        raise InputError(f"{path} trains in {job.stage}: a job lies in the folder of its stage")
    from training.quiet import quiet_datasets, quiet_libraries  # noqa: PLC0415 - torch takes seconds

    quiet_libraries()
    quiet_datasets()
    from training.here import train_here  # noqa: PLC0415

    return train_here(job, listener)


def _own_channel() -> IO[str]:
    """The standard output for messages alone: what libraries print goes nowhere."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return channel


def _end_with_the_parent() -> None:
    """Whoever holds the other end of standard input waits for us; once it is gone, nobody does."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
