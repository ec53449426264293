"""Building a run's index, and refusing one that is damaged or of another corpus."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tantivy

from masksearch.config import Section
from masksearch.errors import InputError, StoreError
from masksearch.manifest import IfExists
from masksearch.ports import Progress
from masksearch.progress import silent
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.search.analysis import VERSION
from masksearch.search.fields import LocalIndex, fill, index_schema
from masksearch.search.texts import TEXTS_FILE, Texts, TextsWriter
from masksearch.stages import INDEX, PASSAGES
from masksearch.store import disk_errors, file_hash, make_folder, read_shards

_FOLDER = "tantivy"
_LAYOUT = 2
"""Of the files. Another one is built anew, and finds the same: later stages stay as they are."""
_BUILD = "masksearch index build --if-exists restart"


class IndexSettings(Section):
    """What an index depends on beside its passages."""

    engine: str = str(tantivy.__version__)
    analysis: int = VERSION


def build_index(
    run: RunFolder, if_exists: IfExists = IfExists.RESUME, progress: Progress = silent
) -> dict[str, Any]:
    """Index the run's passages; returns the counts. Does nothing when that is done.

    The index is built beside its place and renamed into it, so a killed build leaves
    nothing that could be taken for an index. Raises StoreError, StaleError, InputError.
    """
    passages = run.finished(PASSAGES)
    stage = run.own(INDEX)
    done = stage.begin({PASSAGES.folder: passages}, IndexSettings(), if_exists)
    part, place = stage.folder / f".{_FOLDER}.part", stage.folder / _FOLDER
    if done and stage.facts.get("layout") == _LAYOUT and place.is_dir():
        return stage.counts
    with disk_errors(stage.folder):
        for old in (part, place):
            shutil.rmtree(old, ignore_errors=True)
    made = passages.counts
    indexed = read_shards(passages.folder, Passage)
    if not (count := write_folder(part, indexed, made["passages"], progress)):
        raise InputError(f"no passages in {passages.folder}: nothing to index")
    with disk_errors(place):
        part.replace(place)
    stage.note(corpus_hash=made["corpus_hash"], sha256=file_hash(place), layout=_LAYOUT)
    stage.finish(counts := {"passages": count})
    return counts


def checked_folder(run: RunFolder) -> tuple[Path, str]:
    """The folder of the run's index and the hash of its corpus.

    Raises StoreError when the index is not built, InputError when it is gone or was built
    otherwise or from other passages than the run's.
    """
    stage = run.finished(INDEX)
    if (made := stage.manifest.settings.get("analysis")) != VERSION:
        raise InputError(
            f"{stage.folder} is an index of another version of masksearch "
            f"(analysis {made}, this one has {VERSION}): run `{_BUILD}`"
        )
    if stage.facts.get("layout") != _LAYOUT:
        raise InputError(
            f"{stage.folder} is an index of an older masksearch, kept in other files: run "
            "`masksearch index build` (what it finds, and the later stages, stay as they are)"
        )
    wanted = run.finished(PASSAGES).counts["corpus_hash"]
    had = stage.facts.get("corpus_hash")
    if had != wanted:
        raise InputError(
            f"{stage.folder} is an index built from another corpus "
            f"({had}, the run's passages are {wanted}): run `{_BUILD}`"
        )
    if not (folder := stage.folder / _FOLDER).is_dir():
        raise InputError(f"no index at {folder}: run `masksearch index build`")
    return folder, wanted


def verify_index(run: RunFolder) -> dict[str, Any]:
    """Check every byte of the run's index; returns the counts.

    Raises StoreError or InputError as `checked_folder`, and InputError for a damaged one.
    """
    folder, _ = checked_folder(run)
    stage = run.stage(INDEX)
    if file_hash(folder) != stage.facts["sha256"]:
        raise InputError(f"the index {folder} is damaged: run `{_BUILD}`")
    return stage.counts


def open_folder(folder: Path) -> LocalIndex:
    """An index on disk; raises InputError when it cannot be read."""
    try:
        return LocalIndex(tantivy.Index.open(str(folder)), Texts.open(folder / TEXTS_FILE))
    except (ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"the index {folder} is damaged ({reason}): run `{_BUILD}`") from error


def write_folder(
    folder: Path,
    passages: Iterable[Passage],
    total: int | None = None,
    progress: Progress = silent,
) -> int:
    """Index passages in a new folder; returns how many. Raises StoreError, InputError."""
    index = tantivy.Index(index_schema(), path=str(make_folder(folder)))
    try:
        with (folder / TEXTS_FILE).open("wb") as file:
            count = fill(index, TextsWriter(file), passages, total, progress)
            os.fsync(file.fileno())
    except (ValueError, OSError) as error:  # tantivy's own; ours are neither
        raise StoreError(f"cannot write the index {folder}: {error}") from error
    return count
