"""What a format is, and the table of all: a new one is a class in a file and a line here."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

from masksearch.export import ExportRecord
from masksearch.registry import class_named
from masksearch.schemas import Task
from masksearch.store import whole_file

T = TypeVar("T")
TASKS_AS = {
    "parquet": "masksearch.dataset.rows.ParquetRows",
    "jsonl": "masksearch.dataset.rows.JsonRows",
    "reference": "masksearch.dataset.reference.ReferenceRecords",
}
"""For `ramp export`."""
TRACES_AS = {
    "messages": "masksearch.exports.messages.Messages",
    "folded": "masksearch.exports.folded.FoldedMessages",
}
"""For `traces export`."""


class Format(ABC, Generic[T]):
    """How items are written to a file; JSON, one object a line, unless `write` is another."""

    suffix = ".jsonl"

    @abstractmethod
    def record(self, item: T) -> dict[str, Any]:
        """An item as a row of the file."""

    def write(self, path: Path, items: Iterable[T]) -> int:
        """Write a whole file, which is in its place only when it is whole; returns how many items."""
        written = 0
        with whole_file(path) as file:
            for item in items:
                file.write(json.dumps(self.record(item), ensure_ascii=False).encode() + b"\n")
                written += 1
        return written


class TaskFormat(Format[Task]):
    """How tasks are written; `heading` and `description` are a section of the data card."""

    heading = "Columns"

    @property
    @abstractmethod
    def description(self) -> str:
        """What a row holds, in Markdown."""


class TraceFormat(Format[ExportRecord]):
    """How accepted traces are written, from their conversations."""


def task_format(name: str) -> TaskFormat:
    """The format of tasks by name; raises ConfigError."""
    made: TaskFormat = class_named(TASKS_AS, name, "format of tasks")()
    return made


def trace_format(name: str) -> TraceFormat:
    """The format of traces by name; raises ConfigError."""
    made: TraceFormat = class_named(TRACES_AS, name, "format of traces")()
    return made
