"""The forms in which tasks are written."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How tasks are written: as flat rows, or as the reference's records."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    REFERENCE = "reference"

    @property
    def suffix(self) -> str:
        """What the names of the files end with."""
        return ".parquet" if self is Format.PARQUET else ".jsonl"
