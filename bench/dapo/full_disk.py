"""A disk that is full in the middle of a line of a ledger."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bench.harness.bar import Result
from bench.harness.place import Place
from bench.harness.processes import Done, run
from bench.loop.remains import changes, remains, trace_ids
from masksearch.stages import TRACES

_NAME = "bad input: full disk"
# The command line on a disk with so many bytes left for ledgers: as on a real one, a write
# takes what fits, and the next one is refused.
_FULL = """
import errno, io, os, pathlib, sys

left = int(sys.argv[1])

class Full(io.FileIO):
    def write(self, data):
        global left
        fits = bytes(data)[:left]
        if not fits:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left -= len(fits)
        return super().write(fits)

opened = pathlib.Path.open

def open_path(self, mode="r", buffering=-1, *rest, **named):
    if buffering == 0 and "a" in mode:
        return Full(self, mode)
    return opened(self, mode, buffering, *rest, **named)

pathlib.Path.open = open_path
from cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def measure_full_disk(place: Place, folder: Path, made: Path) -> Result:
    """Synthesis that runs out of disk, and the same command when there is space again."""
    here = folder / "full-disk"
    shutil.copytree(made, here / "run", ignore=shutil.ignore_patterns("05-*", "06-*"))
    ledgers = [made / TRACES / f"{name}.jsonl" for name in ("accepted", "rejected")]
    space = sum(path.stat().st_size for path in ledgers) // 2
    command = ("synth", "run", "--run", "run")
    full = run(sys.executable, "-c", _FULL, str(space), *command, cwd=here, env=place.env)
    before = remains(here / "run")
    again = place.masksearch(*command, cwd=here)
    lost = changes(before, remains(here / "run"))
    ids = trace_ids(here / "run")
    same = sorted(ids) == sorted(trace_ids(made))
    lines = sum(map(len, before.lines.values()))
    faults = [*_faults(full, again), *lost, *([] if same else ["other traces than without it"])]
    if not lines:
        faults.append("nothing was kept")
    measured = "; ".join(faults) or f"exit 2, one line, {lines} traces kept, then finished"
    return Result(_NAME, measured, not faults)


def _faults(full: Done, again: Done) -> list[str]:
    refused = full.code == 2 and full.err.count("\n") == 1 and "no space left" in full.err
    measured = f"exit {full.code}, {full.err.count(chr(10))} lines: {full.tail}"
    after = f"then exit {again.code}: {again.tail}"
    return ([] if refused else [measured]) + ([after] if again.code else [])
