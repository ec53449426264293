"""`python -m training JOB.json`: train as a job says; see `training.process`.

May be started by `accelerate launch` as well: only the first rank writes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import IO, Any

from masksearch.errors import MaskSearchError
from masksearch.store import write_json
from training.jobs import read_job
from training.process import COUNTS, ERROR, FACTS, KIND, PROGRESS, RESULT, Listener

_REFUSED, _CRASHED, _INTERRUPTED = 2, 1, 130


def main(path: Path) -> int:
    """Train; returns the exit code."""
    channel = _own_channel()
    _end_with_the_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell may have switched off

    def say(message: dict[str, Any]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    listener = Listener(
        progress=lambda done, total, note="": say({PROGRESS: [done, total, note]}),
        note=lambda **facts: say({FACTS: facts}),
    )
    try:
        result: dict[str, Any] = {COUNTS: _train(path, listener)}
    except MaskSearchError as error:
        result = {ERROR: str(error), KIND: type(error).__name__}
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception:  # noqa: BLE001 - the edge of the process: the parent reads the reason
        traceback.print_exc()
        return _CRASHED
    write_json(path.with_name(RESULT), result)
    return _REFUSED if ERROR in result else 0


def _train(path: Path, listener: Listener) -> dict[str, Any]:
    job = read_job(path)
    from training.quiet import quiet_libraries  # noqa: PLC0415 - torch takes seconds

    quiet_libraries()
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
    sys.exit(main(Path(sys.argv[1])))
