"""Documents that repeat a page of another shard, and the shards made again without them.

Whichever process reads a part writes beside its shard which versions of which pages it saw.
When all shards are made, those are compared: of a hash a page, sorted, only what comes
more than once is looked at again. The shards that lose a document are read a second time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from masksearch.corpus.versions import OLDER, REPEATED, Version
from masksearch.shards import LEDGER, Job, Shard, each_shard, listed_shards
from masksearch.store import disk_errors, make_folder, write_records
from masksearch.text import digest

_FOLDER, _AGAIN = "versions", "again"
_SEEN = np.dtype(
    [("page", np.uint64), ("time", np.uint64), ("revision", np.uint64), ("is_document", np.bool_)]
)
_PLACED = np.dtype([*_SEEN.descr, ("shard", np.uint32), ("at", np.uint32)])
_DROPPED = np.dtype([("shard", np.uint32), ("at", np.uint32), ("is_older", np.bool_)])

Dropped = npt.NDArray[Any]
"""Documents that are not to stay, by shard and by number among its versions, in their order."""


class Seen(NamedTuple):
    """A version of a page, and whether it became a document."""

    version: Version
    is_document: bool


class _Again(NamedTuple):
    """A job to be done again: with at most so many documents, without some of them."""

    job: Job
    most: int | None
    without: Mapping[int, str]


def write_versions(documents: Path, shard: str, seen: Iterable[Seen]) -> None:
    """Note what was seen in the part of a shard."""
    rows = [(int(digest(of.page), 16), of.time, of.revision, kept) for of, kept in seen]
    path = versions_file(documents, shard)
    make_folder(path.parent)
    with disk_errors(path):
        np.save(path, np.array(rows, dtype=_SEEN))


def versions_file(documents: Path, shard: str) -> Path:
    """Where that lies until the stage is done."""
    return documents / _FOLDER / f"{shard}.npy"


def made_shards(documents: Path) -> list[Shard]:
    """The shards of the ledger, those that were made again as they are now."""
    again = {one.name: one for one in listed_shards(documents / _FOLDER / _AGAIN)}
    return [again.get(one.name, one) for one in listed_shards(documents)]


def clear_away(documents: Path) -> None:
    """Once the stage is done: list the shards as they are, and keep no more of the versions.

    Not before, as what is left of a limit depends on what was read at first.
    """
    if (documents / _FOLDER / _AGAIN).exists():
        write_records(documents / LEDGER, made_shards(documents))
    shutil.rmtree(documents / _FOLDER, ignore_errors=True)


def made_again(
    documents: Path,
    parts: Iterable[Any],
    work: Callable[..., Shard],
    processes: int,
    limit: int | None = None,
) -> Iterator[Shard]:
    """Make those shards again that hold what another shard has newer, or first; returns those.

    `parts` is the whole input again; `work` does a job without some of its documents.
    """
    shards = listed_shards(documents)
    dropped = repeated([versions_file(documents, shard.name) for shard in shards])
    if len(dropped):
        jobs = _jobs(parts, dropped, _allowances(shards, limit))
        again = documents / _FOLDER / _AGAIN
        yield from each_shard(again, jobs, partial(_redo, work), processes)


def repeated(files: Sequence[Path]) -> Dropped:
    """What is not to stay: documents of pages that another version stands for."""
    pages = np.concatenate([np.empty(0, np.uint64), *map(_pages, files)])
    pages.sort()
    several = np.unique(pages[1:][pages[1:] == pages[:-1]])
    del pages
    if not len(several):
        return np.empty(0, dtype=_DROPPED)
    return _outdated(np.concatenate([_of_pages(*one, several) for one in enumerate(files)]))


def reasons(dropped: Dropped, shard: int) -> dict[int, str]:
    """Why documents of a shard are not to stay, by their number among its versions."""
    start, end = np.searchsorted(dropped["shard"], [shard, shard + 1])
    rows = dropped[start:end]
    return {int(row["at"]): OLDER if row["is_older"] else REPEATED for row in rows}


def _pages(file: Path) -> npt.NDArray[np.uint64]:
    """A copy, as a column of a table would keep all of it in memory."""
    return np.array(np.load(file)["page"])


def _of_pages(shard: int, file: Path, wanted: npt.NDArray[np.uint64]) -> npt.NDArray[Any]:
    """The versions of these pages in a shard."""
    seen = np.load(file)
    at = np.flatnonzero(np.isin(seen["page"], wanted))
    rows = np.zeros(len(at), dtype=_PLACED)
    for name in _SEEN.names or ():
        rows[name] = seen[name][at]
    rows["shard"], rows["at"] = shard, at
    return rows


def _outdated(rows: npt.NDArray[Any]) -> Dropped:
    """The same choice as `masksearch.corpus.versions.outdated` makes, for many rows at once."""
    earlier = np.arange(len(rows), 0, -1)
    rows = rows[np.lexsort((earlier, rows["revision"], rows["time"], rows["page"]))]
    ends = np.flatnonzero(np.append(rows["page"][1:] != rows["page"][:-1], True))
    newest = rows[np.repeat(ends, np.diff(ends, prepend=-1))]
    is_newest = np.zeros(len(rows), dtype=np.bool_)
    is_newest[ends] = True
    found = np.zeros(len(rows), dtype=_DROPPED)
    found["shard"], found["at"] = rows["shard"], rows["at"]
    found["is_older"] = (rows["time"] != newest["time"]) | (rows["revision"] != newest["revision"])
    dropped: Dropped = found[rows["is_document"] & ~is_newest]
    dropped.sort(order=["shard", "at"])
    return dropped


def _jobs(
    parts: Iterable[Any], dropped: Dropped, allowed: Sequence[int | None]
) -> Iterator[_Again]:
    last = int(dropped["shard"][-1])
    for number, part in enumerate(parts):
        if without := reasons(dropped, number):
            yield _Again(Job(number, part), allowed[number], without)
        if number == last:
            return


def _allowances(shards: Sequence[Shard], limit: int | None) -> list[int | None]:
    """How many documents each shard was allowed to read."""
    if limit is None:
        return [None] * len(shards)
    read = accumulate((shard.counts["made"]["documents"] for shard in shards), initial=0)
    return [limit - before for before in read]


def _redo(work: Callable[..., Shard], job: Job) -> Shard:
    again: _Again = job.part
    return work(again.job, most=again.most, without=again.without)
