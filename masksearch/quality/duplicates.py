"""Which of many passages repeat an earlier one: equal, or alike by banded MinHashes.

Signatures may be larger than memory, so they are looked at one band at a time: what is
held is some 25 bytes a passage. Two passages whose MinHashes agree in a whole band are
compared; those that are alike enough are joined, and of each group the first one stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from masksearch.quality.signatures import NUM_HASHES, Signatures, similarity

_LONG_BAND, _SHORT_BAND = 8, 4
_LONG_FROM = 0.75
"""Similarity from which on bands of 8 find nearly all pairs: 95 % of those at 0.8."""


def equal(shards: Sequence[Signatures]) -> dict[int, int]:
    """Rows whose words are those of an earlier row, each with that row; rows are counted on."""
    found: dict[int, int] = {}
    for rows in _groups(np.concatenate([shard["words"] for shard in shards])):
        found.update((int(row), int(rows[0])) for row in rows[1:])
    return found


def alike(shards: Sequence[Signatures], least: float) -> dict[int, int]:
    """Rows that are at least so similar to an earlier row, each with the first of its group."""
    minima = _Minima(shards)
    width = _LONG_BAND if least >= _LONG_FROM else _SHORT_BAND
    groups = _Groups()
    for start in range(0, NUM_HASHES, width):
        for rows in _groups(minima.band(start, width)):
            first, *others = map(int, rows)
            for other in others:
                if groups.root(other) != groups.root(first) and minima.similar(first, other, least):
                    groups.join(first, other)
    return groups.members()


class _Minima:
    """The MinHashes of all shards as if they were one array."""

    def __init__(self, shards: Sequence[Signatures]) -> None:
        self._shards = shards
        self._ends = np.cumsum([len(shard) for shard in shards])

    def band(self, start: int, width: int) -> npt.NDArray[np.uint64]:
        """A hash of each row's MinHashes in a band."""
        hashed = [_mixed(shard["minima"][:, start : start + width]) for shard in self._shards]
        return np.concatenate(hashed)

    def similar(self, one: int, other: int, least: float) -> bool:
        return similarity(self._row(one), self._row(other)) >= least

    def _row(self, row: int) -> npt.NDArray[np.uint32]:
        number = int(np.searchsorted(self._ends, row, side="right"))
        shard = self._shards[number]
        found: npt.NDArray[np.uint32] = shard["minima"][row - (self._ends[number] - len(shard))]
        return found


class _Groups:
    """Rows that belong together, by the smallest of them (union-find)."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def root(self, row: int) -> int:
        path = []
        while row in self._above:
            path.append(row)
            row = self._above[row]
        for passed in path:
            self._above[passed] = row
        return row

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._above[high] = low

    def members(self) -> dict[int, int]:
        return {row: self.root(row) for row in sorted(self._above)}


def _mixed(columns: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """One 64-bit hash per row (FNV-1a over its 32-bit parts)."""
    mixed = np.full(len(columns), 0xCBF29CE484222325, dtype=np.uint64)
    for column in columns.T:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x100000001B3)
    return mixed


def _groups(values: npt.NDArray[np.uint64]) -> Iterator[npt.NDArray[np.int64]]:
    """The rows of every value that occurs more than once, in rising order."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    again = np.flatnonzero(ordered[1:] == ordered[:-1])
    del ordered
    runs = np.split(again, np.flatnonzero(np.diff(again) > 1) + 1) if len(again) else []
    for run in runs:
        yield order[run[0] : run[-1] + 2]
