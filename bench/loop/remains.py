"""What a run folder holds at a moment, to tell later what was kept and what done again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.parquet import read_shards
from masksearch.schemas import Document, Passage
from masksearch.shards import listed_shards
from masksearch.stages import (
    CHECKPOINTS,
    DOCUMENTS,
    EVAL,
    EXPORT,
    METRICS,
    MODEL,
    PASSAGES,
    TASKS,
    TRACES,
    StageKind,
)
from masksearch.store import file_hash
from training.checkpoints import last_checkpoint

_LEDGERS = (f"{TRACES}/*.jsonl", f"{EVAL}/*/episodes.jsonl")
# Written anew from what is there, to the same content, whenever a command ends.
_RESTATED = ("manifest.json", "summary.json")


class FileState(NamedTuple):
    """A file of a finished stage: its content, and when that was written."""

    sha256: str
    written_ns: int


class Remains(NamedTuple):
    """Whole lines of the ledgers, and the files of finished stages and listed shards."""

    lines: dict[str, list[bytes]]
    files: dict[str, FileState]


def remains(run: Path) -> Remains:
    """What of a run folder must never change again."""
    ledgers = [path for pattern in _LEDGERS for path in run.glob(pattern)]
    return Remains(
        {str(path.relative_to(run)): _whole_lines(path) for path in ledgers},
        {str(path.relative_to(run)): _state(path) for path in _finished_files(run)},
    )


def changes(before: Remains, after: Remains) -> list[str]:
    """The ledgers that lost or redid a line, and the files that were written again."""
    ledgers = [n for n, had in before.lines.items() if after.lines.get(n, [])[: len(had)] != had]
    files = [n for n, state in before.files.items() if after.files.get(n) != state]
    return list(dict.fromkeys(ledgers + files))


def item_ids(run: Path) -> dict[str, list[str]]:
    """The ids of every kind of item, in file order, repeated if the run repeated them."""
    return {
        "documents": [one.id for one in read_shards(run / DOCUMENTS, Document)],
        "passages": [one.id for one in read_shards(run / PASSAGES, Passage)],
        "tasks": _ids(run, f"{TASKS}/train.jsonl", "id")
        + _ids(run, f"{TASKS}/heldout.jsonl", "id"),
        "traces": trace_ids(run),
        "conversations": _ids(run, f"{EXPORT}/sft.jsonl", "task_id"),
        **{
            str(path.parent.relative_to(run)): _ids(run, str(path.relative_to(run)), "key")
            for path in sorted(run.glob(f"{EVAL}/*/episodes.jsonl"))
        },
    }


def trace_ids(run: Path) -> list[str]:
    """The tasks that have a trace, kept or not."""
    names = ("accepted", "rejected")
    return [one for name in names for one in _ids(run, f"{TRACES}/{name}.jsonl", "task_id")]


def unsaved_steps(run: Path, stage: StageKind) -> int:
    """Training steps that a killed run had logged and must make again."""
    folder = run / stage
    if not (folder / METRICS).exists() or (folder / MODEL).exists():
        return 0
    logged = max((record["step"] for record in _records(folder / METRICS)), default=0)
    checkpoint = last_checkpoint(folder / CHECKPOINTS)
    saved = int(checkpoint.rpartition("-")[2]) if checkpoint else 0
    return int(logged) - saved


def _whole_lines(path: Path) -> list[bytes]:
    lines = path.read_bytes().splitlines(keepends=True)
    return [line for line in lines if line.endswith(b"\n")]


def _finished_files(run: Path) -> Iterator[Path]:
    for manifest in run.rglob("manifest.json"):
        stage = json.loads(manifest.read_text())
        if stage.get("done"):
            yield from (path for path in manifest.parent.rglob("*") if _is_kept(path))
        else:
            shards = listed_shards(manifest.parent)
            yield from (manifest.parent / f"{shard.name}.parquet" for shard in shards)


def _is_kept(path: Path) -> bool:
    return path.is_file() and "checkpoints" not in path.parts


def _state(path: Path) -> FileState:
    written = 0 if path.name in _RESTATED else path.stat().st_mtime_ns
    return FileState(file_hash(path), written)


def _ids(run: Path, name: str, key: str) -> list[str]:
    return [str(record[key]) for record in _records(run / name)]


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
