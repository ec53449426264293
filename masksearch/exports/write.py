"""Write a run's exported conversations into a file that other programs read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from masksearch.errors import StoreError
from masksearch.export import ExportRecord
from masksearch.exports.formats import trace_format
from masksearch.making import RESUMING, Making
from masksearch.manifest import IfExists
from masksearch.ports import Progress
from masksearch.run_folder import RunFolder
from masksearch.stages import CONVERSATIONS, EXPORT
from masksearch.store import make_folder, read_records


def write_traces(run: RunFolder, to: Path, form: str, making: Making = RESUMING) -> dict[str, Any]:
    """Write the conversations of `06-export` to a file in the format named; returns the counts.

    Raises ConfigError for an unknown format, and StoreError when nothing was exported or when
    the file is there: with RESTART, it is replaced.
    """
    chosen, stage = trace_format(form), run.finished(EXPORT)
    if to.is_dir():
        raise StoreError(f"{to} is a folder: name a file, such as {to / 'traces'}{chosen.suffix}")
    if to.exists() and making.if_exists is not IfExists.RESTART:
        raise StoreError(f"{to} is there: use --if-exists restart to replace it")
    make_folder(to.parent)
    total = stage.counts.records
    written = chosen.write(to, _counted(stage.folder / CONVERSATIONS, making.progress, total))
    return {"traces": written, "format": form, "file": str(to)}


def _counted(path: Path, progress: Progress, total: int) -> Iterator[ExportRecord]:
    for number, record in enumerate(read_records(path, ExportRecord), 1):
        progress(number, total, "traces written")
        yield record
