"""BM25 by tantivy: terms and texts on disk, memory-mapped."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import tantivy

from masksearch.config import Section
from masksearch.errors import InputError, StoreError
from masksearch.ports import Encoder, Progress
from masksearch.progress import silent
from masksearch.schemas import Passage
from masksearch.search.analysis import AS_IT_STANDS, VERSION
from masksearch.search.bm25 import TantivySearch, panics_as_errors
from masksearch.search.fields import LocalIndex, fill, index_schema
from masksearch.search.kinds.kind import IndexKind
from masksearch.search.texts import TEXTS_FILE, Texts, TextsWriter
from masksearch.store import make_folder

_ANALYSIS_FILE = "analysis"
"""Holds the version by which the terms were made; older indexes have no such file."""

_SEARCHABLE = (AS_IT_STANDS, VERSION)


class Bm25Settings(Section):
    """What a BM25 index depends on beside its passages."""

    kind: str = "bm25"
    engine: str = str(tantivy.__version__)
    analysis: int = VERSION


class Bm25Index(IndexKind):
    """Words, by BM25 over title and text."""

    name: ClassVar[str] = "bm25"
    folder: ClassVar[str] = "tantivy"
    layout: ClassVar[int] = 2

    def __init__(self, encoder: Encoder | None = None, analysis: int = VERSION) -> None:
        super().__init__(encoder)
        self._analysis = analysis

    def settings(self) -> Bm25Settings:
        """Tantivy's version, and that of how text becomes terms."""
        return Bm25Settings(analysis=self._analysis)

    def going_on(self, made: Mapping[str, Any]) -> Bm25Index:
        """An index that took characters as they stand goes on to; a new one does not."""
        had = made.get("analysis")
        return Bm25Index(analysis=had) if had in _SEARCHABLE else self

    def outdated(self, made: Mapping[str, Any]) -> str:
        """Only how text becomes terms matters: another tantivy reads the same files."""
        had = made.get("analysis")
        return "" if had in _SEARCHABLE else f"analysis {had}, this one has {VERSION}"

    def write(
        self,
        folder: Path,
        passages: Iterable[Passage],
        total: int | None = None,
        progress: Progress = silent,
    ) -> int:
        """Index passages in a new folder; returns how many. Raises StoreError, InputError."""
        index = tantivy.Index(index_schema(), path=str(make_folder(folder)))
        try:
            with (folder / TEXTS_FILE).open("wb") as file:
                count = fill(index, TextsWriter(file), passages, total, progress, self._analysis)
                os.fsync(file.fileno())
            (folder / _ANALYSIS_FILE).write_text(str(self._analysis), encoding="ascii")
        except (ValueError, OSError) as error:  # tantivy's own; ours are neither
            raise StoreError(f"cannot write the index {folder}: {error}") from error
        return count

    def open(self, folder: Path, corpus_hash: str) -> TantivySearch:
        """An index on disk; raises InputError when it cannot be read."""
        try:
            with panics_as_errors():
                index = tantivy.Index.open(str(folder))
                found = LocalIndex(index, Texts.open(folder / TEXTS_FILE))
            analysis = _analysis(folder / _ANALYSIS_FILE)
        except (ValueError, OSError) as error:
            reason = " ".join(str(error).split())[:120]
            raise InputError(
                f"the index {folder} is damaged ({reason}): run `masksearch index build "
                "--if-exists restart`"
            ) from error
        return TantivySearch(found, corpus_hash, analysis)


def _analysis(path: Path) -> int:
    return int(path.read_text(encoding="ascii")) if path.exists() else AS_IT_STANDS
