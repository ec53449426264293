"""Building a run's index, and refusing one that is damaged or of another corpus."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.counts import IndexCounts
from masksearch.errors import InputError
from masksearch.making import RESUMING, Making
from masksearch.manifest import IfExists, Stage
from masksearch.parquet import read_shards
from masksearch.ports import Encoder
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.search.engines import DEFAULT_INDEX, index_kind
from masksearch.search.kinds.kind import IndexKind
from masksearch.search.retriever import LocalSearch
from masksearch.stages import INDEX, PASSAGES
from masksearch.store import disk_errors, file_hash

_BUILD = "masksearch index build --if-exists restart"


class BuiltIndex(NamedTuple):
    """A run's index that can be opened."""

    kind: IndexKind
    settings: dict[str, Any]
    """What it was made with."""
    folder: Path
    corpus_hash: str
    passages: int
    sha256: str

    def open(self) -> LocalSearch:
        """The index, whole passages unguarded; raises InputError when it is damaged."""
        search = self.kind.open(self.folder, self.corpus_hash)
        if search.num_passages != self.passages:
            raise InputError(
                f"the index {self.folder} is damaged (it holds {search.num_passages} of "
                f"{self.passages} passages): run `{_BUILD}`"
            )
        return search

    def verify(self) -> None:
        """Check every byte; raises InputError for a damaged index."""
        if file_hash(self.folder) != self.sha256:
            raise InputError(f"the index {self.folder} is damaged: run `{_BUILD}`")


def build_index(
    run: RunFolder,
    making: Making = RESUMING,
    *,
    kind: IndexKind | None = None,
) -> IndexCounts:
    """Index the run's passages; returns the counts. Does nothing when that is done.

    The index is built beside its place and renamed into it, so a killed build leaves
    nothing that could be taken for an index. Raises StoreError, StaleError, InputError.
    """
    kind = kind or index_kind(DEFAULT_INDEX)
    passages, stage = run.finished(PASSAGES), run.own(INDEX)
    if making.if_exists is IfExists.RESUME:
        kind = kind.going_on(stage.manifest.settings)
    done = stage.begin({PASSAGES.folder: passages}, kind.settings(), making.if_exists)
    part, place = stage.folder / f".{kind.folder}.part", stage.folder / kind.folder
    if done and stage.facts.get("layout") == kind.layout and place.is_dir():
        return stage.counts
    with disk_errors(stage.folder):
        for old in (part, place):
            shutil.rmtree(old, ignore_errors=True)
    made = passages.counts
    indexed = read_shards(passages.folder, Passage)
    if not (count := kind.write(part, indexed, made.passages, making.progress)):
        raise InputError(f"no passages in {passages.folder}: nothing to index")
    with disk_errors(place):
        part.replace(place)
    stage.note(corpus_hash=made.corpus_hash, sha256=file_hash(place), layout=kind.layout)
    return stage.finish(IndexCounts(passages=count))


def built_index(run: RunFolder, encoder: Encoder | None = None) -> BuiltIndex:
    """The index of a run, of whatever kind it is.

    Raises StoreError when it is not built, InputError when it is gone or was built otherwise
    or from other passages than the run's.
    """
    stage = run.finished(INDEX)
    made = stage.manifest.settings
    kind = index_kind(str(made.get("kind", DEFAULT_INDEX)), encoder)
    if outdated := kind.outdated(made):
        raise InputError(
            f"{stage.folder} is an index of another version of masksearch ({outdated}): "
            f"run `{_BUILD}`"
        )
    _check_layout(stage, kind)
    wanted = run.finished(PASSAGES).counts.corpus_hash
    if (had := stage.facts.get("corpus_hash")) != wanted:
        raise InputError(
            f"{stage.folder} is an index built from another corpus "
            f"({had}, the run's passages are {wanted}): run `{_BUILD}`"
        )
    if not (folder := stage.folder / kind.folder).is_dir():
        raise InputError(f"no index at {folder}: run `masksearch index build`")
    settings = {"kind": kind.name, **made}
    passages, sha256 = stage.counts.passages, str(stage.facts.get("sha256"))
    return BuiltIndex(kind, settings, folder, wanted, passages, sha256)


def _check_layout(stage: Stage, kind: IndexKind) -> None:
    if stage.facts.get("layout") != kind.layout:
        raise InputError(
            f"{stage.folder} is an index of an older masksearch, kept in other files: run "
            "`masksearch index build` (what it finds, and the later stages, stay as they are)"
        )
