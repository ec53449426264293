"""Stages that are made shard by shard: which shards are finished, and what each holds.

A shard is done when its line stands in the stage's ledger, `shards.jsonl`; its files were
renamed into place before that. A killed stage resumes with the first job that has no line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import Field

from masksearch.pool import ordered
from masksearch.schemas import Record
from masksearch.store import Ledger, read_records

J = TypeVar("J")

LEDGER = "shards.jsonl"


class Job(NamedTuple):
    """The part of the input that becomes one shard, and the shard's number."""

    number: int
    part: Any

    @property
    def name(self) -> str:
        """The name of the shard, which sorts in the order of the jobs."""
        return f"{self.number:06d}"


class Shard(Record):
    """What the work on one job made."""

    name: str = Field(pattern=r"^\d+$")
    read: int = 0
    """How far the input was read with it, in the input's own measure."""
    counts: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Counts by kind: `{"made": {"passages": 12}, "rejected": {"too short": 3}}`."""
    digest: str = ""
    """A hash of what it holds, where a later stage wants one."""


def listed_shards(folder: Path) -> list[Shard]:
    """The finished shards of a stage's folder, in order."""
    path = folder / LEDGER
    return list(read_records(path, Shard, growing=True)) if path.exists() else []


def each_shard(
    folder: Path,
    parts: Iterable[J],
    work: Callable[[Job], Shard],
    processes: int = 1,
) -> Iterator[Shard]:
    """All shards of a stage in order: those that are listed, then those made now.

    `parts` is the whole input from its beginning; the parts of listed shards are drawn
    and passed over. `work` runs in `processes` processes (see `masksearch.pool`).
    """
    done = listed_shards(folder)
    yield from done
    jobs = (Job(number, part) for number, part in enumerate(parts))
    with Ledger(folder / LEDGER, "name") as ledger:
        for shard in ordered(work, islice(jobs, len(done), None), processes):
            ledger.append(shard)
            yield shard


def summed(shards: Iterable[Shard]) -> dict[str, Counter[str]]:
    """The counts of all shards together, by kind."""
    total: dict[str, Counter[str]] = {}
    for shard in shards:
        for kind, counts in shard.counts.items():
            total.setdefault(kind, Counter()).update(counts)
    return total
