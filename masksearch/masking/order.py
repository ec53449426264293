"""The order of a build's tasks: shuffled, with every `num_masks` alike in every prefix.

The tasks of a build may be more than memory holds. So their order is worked out from
thirteen bytes a task, and the lines are then written bucket by bucket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from masksearch.text import digest

BUCKET_BYTES, MOST_BUCKETS = 16_000_000, 256

Keys = npt.NDArray[Any]
KEY = np.dtype([("drawn", np.uint64), ("masks", np.uint8), ("bytes", np.uint32)])


class Line(NamedTuple):
    """A task as a line of a file, and what its place depends on."""

    id: str
    num_masks: int
    text: bytes


def keys_of(lines: Iterable[Line], seed: int) -> Keys:
    """The keys of tasks, in their order; a task's place is drawn from the seed and its id."""
    rows = [(_drawn(seed, line.id), line.num_masks, len(line.text)) for line in lines]
    return np.array(rows, dtype=KEY)


def places(keys: Keys) -> npt.NDArray[np.int64]:
    """The place of every task: those of each `num_masks` shuffled, then dealt in rounds.

    While all `num_masks` last, every round has one task of each, the fewest masks first.
    """
    rounds = np.empty(len(keys), dtype=np.uint32)
    for kind in np.unique(keys["masks"]):
        of_kind = np.flatnonzero(keys["masks"] == kind)
        shuffled = of_kind[np.argsort(keys["drawn"][of_kind], kind="stable")]
        rounds[shuffled] = np.arange(len(of_kind))
    order = np.lexsort((keys["masks"], rounds))
    found = np.empty(len(keys), dtype=np.int64)
    found[order] = np.arange(len(keys))
    return found


def write_in_order(
    lines: Iterable[bytes],
    keys: Keys,
    file: IO[bytes],
    scratch: Path,
    bucket_bytes: int = BUCKET_BYTES,
) -> None:
    """Write lines, which come in the order of the keys, into their places in a file.

    Holds one bucket of lines at a time; the others lie in `scratch`.
    """
    place = places(keys)
    buckets = min(MOST_BUCKETS, 1 + int(keys["bytes"].sum()) // bucket_bytes)
    if buckets == 1:
        file.writelines(_sorted(lines, place))
        return
    bucket = place // -(-len(keys) // buckets)
    shares = [scratch / f"bucket-{number:03d}" for number in range(buckets)]
    _distribute(lines, bucket, shares)
    for number, share in enumerate(shares):
        file.writelines(_sorted(read_raw_lines([share]), place[bucket == number]))
        share.unlink()


def read_raw_lines(paths: Iterable[Path]) -> Iterator[bytes]:
    """The lines of files, one after another, each with its end."""
    for path in paths:
        with path.open("rb") as file:
            yield from file


def _drawn(seed: int, task_id: str) -> int:
    return int(digest("order", str(seed), task_id), 16)


def _sorted(lines: Iterable[bytes], place: npt.NDArray[np.int64]) -> Iterator[bytes]:
    held = list(lines)
    return (held[at] for at in np.argsort(place))


def _distribute(
    lines: Iterable[bytes], bucket: npt.NDArray[np.int64], shares: Sequence[Path]
) -> None:
    with ExitStack() as stack:
        files = [stack.enter_context(share.open("wb")) for share in shares]
        for line, number in zip(lines, bucket, strict=True):
            files[number].write(line)
