"""Building a run's index, and refusing one that is damaged or of another corpus."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import tantivy

from masksearch.config import Section
from masksearch.errors import InputError, StoreError
from masksearch.ports import Progress, silent
from masksearch.run_folder import INDEX, PASSAGES, IfExists, RunFolder
from masksearch.schemas import Passage
from masksearch.search.analysis import VERSION
from masksearch.search.fields import fill, index_schema
from masksearch.store import disk_errors, file_hash, make_folder, read_shards

_FOLDER = "tantivy"
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
    passages = run.finished(PASSAGES, "corpus build")
    stage = run.stage(INDEX)
    if stage.begin({PASSAGES: passages.hash}, IndexSettings(), if_exists):
        return dict(stage.manifest["counts"])
    part, place = stage.folder / f".{_FOLDER}.part", stage.folder / _FOLDER
    with disk_errors(stage.folder):
        for old in (part, place):
            shutil.rmtree(old, ignore_errors=True)
    made = passages.manifest["counts"]
    counts = {"passages": _build(passages.folder, part, made["passages"], progress)}
    with disk_errors(place):
        part.replace(place)
    stage.note(corpus_hash=made["corpus_hash"], sha256=file_hash(place))
    stage.finish(counts)
    return counts


def checked_folder(run: RunFolder) -> tuple[Path, str]:
    """The folder of the run's index and the hash of its corpus.

    Raises StoreError when the index is not built, InputError when it was built otherwise or
    from other passages than the run's.
    """
    stage = run.finished(INDEX, "index build")
    if (made := stage.manifest["settings"].get("analysis")) != VERSION:
        raise InputError(
            f"{stage.folder} is an index of another version of masksearch "
            f"(analysis {made}, this one has {VERSION}): run `{_BUILD}`"
        )
    wanted = run.finished(PASSAGES, "corpus build").manifest["counts"]["corpus_hash"]
    had = stage.manifest.get("corpus_hash")
    if had != wanted:
        raise InputError(
            f"{stage.folder} is an index built from another corpus "
            f"({had}, the run's passages are {wanted}): run `{_BUILD}`"
        )
    return stage.folder / _FOLDER, wanted


def verify_index(run: RunFolder) -> dict[str, Any]:
    """Check every byte of the run's index; returns the counts.

    Raises StoreError or InputError as `checked_folder`, and InputError for a damaged one.
    """
    folder, _ = checked_folder(run)
    manifest = run.stage(INDEX).manifest
    if not folder.is_dir() or file_hash(folder) != manifest["sha256"]:
        raise InputError(f"the index {folder} is damaged: run `{_BUILD}`")
    return dict(manifest["counts"])


def open_folder(folder: Path) -> tantivy.Index:
    """An index on disk; raises InputError when it is missing or cannot be read."""
    if not folder.is_dir():
        raise InputError(f"no index at {folder}: run `{_BUILD}`")
    try:
        return tantivy.Index.open(str(folder))
    except (ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"the index {folder} is damaged ({reason}): run `{_BUILD}`") from error


def _build(passages: Path, part: Path, total: int, progress: Progress) -> int:
    index = tantivy.Index(index_schema(), path=str(make_folder(part)))
    try:
        count = fill(index, read_shards(passages, Passage), total, progress)
    except (ValueError, OSError) as error:  # tantivy's own; ours are neither
        raise StoreError(f"cannot write the index {part}: {error}") from error
    if not count:
        raise InputError(f"no passages in {passages}: nothing to index")
    return count
