"""The passages of an index as they are, one after another in a file mapped into memory.

Tantivy could keep them, packed. It would unpack a block of them for every hit, in a call for
every hit, around each of which threads wait for each other. Read from here, the hits of a
query cost one look-up of where they are, and threads meet once a query.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydantic import TypeAdapter

from masksearch.schemas import Hit, Passage

TEXTS_FILE = "passages.texts"
_LENGTHS = struct.Struct("<4I")
"""Of a passage in bytes; of its id, title and url in characters. Its text takes the rest."""
_END = b"\nmasksearch texts 1\n"
_HITS = TypeAdapter(list[Hit])  # a query's at once take a third less time than one by one


class Place(NamedTuple):
    """Where a passage begins, in bytes, and how well it suits a query."""

    at: int
    score: float


class TextsWriter:
    """Writes passages to an empty file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def add(self, passage: Passage) -> int:
        """Append a passage; returns where it begins."""
        parts = (passage.id, passage.title, passage.url, passage.text)
        whole = "".join(parts).encode()
        row = _LENGTHS.pack(len(whole), *map(len, parts[:-1])) + whole
        self._file.write(row)
        began, self._at = self._at, self._at + len(row)
        return began

    def end(self) -> None:
        """Say that this was all."""
        self._file.write(_END)
        self._file.flush()


class Texts:
    """Reads them; threads may do so at once."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        if data[-len(_END) :] != _END:
            raise ValueError("its passages are cut off")
        self._data = data

    @classmethod
    def open(cls, path: Path) -> Texts:
        """Map a file; raises OSError, and ValueError for one that is gone or not whole."""
        if not path.is_file():
            raise ValueError(f"there is no {path.name}")
        with path.open("rb") as file:
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def hits(self, places: Iterable[Place]) -> list[Hit]:
        """Whole passages as hits; raises ValueError for a place where none begins."""
        return _HITS.validate_python([self._row(*place) for place in places])

    def _row(self, at: int, score: float) -> dict[str, str | float]:
        try:
            size, of_id, of_title, of_url = _LENGTHS.unpack_from(self._data, at)
        except (struct.error, OverflowError) as error:
            raise ValueError("no passage begins there") from error
        start, url = at + _LENGTHS.size, of_id + of_title
        whole = self._data[start : start + size].decode()
        return {
            "id": whole[:of_id],
            "title": whole[of_id:url],
            "text": whole[url + of_url :],
            "score": score,
            "url": whole[url : url + of_url],
        }
