"""The stage that says of every passage whether tasks are made from it, and if not why.

Each shard of passages is filtered on its own, in as many processes as wanted; duplicates
are then looked for among all that passed.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from masksearch.arrays import read_array
from masksearch.config import QualityConfig
from masksearch.counts import QualityCounts
from masksearch.errors import InputError
from masksearch.making import RESUMING, Making
from masksearch.manifest import Stage
from masksearch.parquet import read_shard
from masksearch.quality.contamination import read_questions
from masksearch.quality.duplicates import alike, equal
from masksearch.quality.filters import refusal
from masksearch.quality.signatures import signature_type, signatures
from masksearch.rejection import Rejection
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.shards import Job, Shard, each_shard, listed_shards
from masksearch.stages import PASSAGES, QUALITY
from masksearch.store import file_hash, make_folder, read_records, write_records

_PARTS = "parts"
SAME, ALIKE = "duplicate", "near duplicate"


def build_quality(
    run: RunFolder, config: QualityConfig, making: Making = RESUMING
) -> QualityCounts:
    """Fill `03-quality` from `02-passages`: per shard, what is refused and why.

    Progress is counted in shards. Raises StoreError, StaleError, and InputError for a file of
    questions that cannot be read.
    """
    passages, stage = run.finished(PASSAGES), run.own(QUALITY)
    inputs: dict[str, str | Stage] = {"passages": passages, **_question_hashes(config)}
    read_questions(config.questions, config.overlap)  # here, so that a bad file clears nothing
    if not stage.begin(inputs, config, making.if_exists):
        parts = make_folder(stage.folder / _PARTS)
        names = [path.name for path in sorted(passages.folder.glob("*.parquet"))]
        work = partial(_filter_shard, config, passages.folder, parts)
        for done, _ in enumerate(each_shard(parts, names, work, making.processes), 1):
            making.progress(done, len(names), "shards of passages filtered")
        refused = _write(passages.folder, parts, stage.folder, _repeats(parts, config))
        stage.finish(_counts(passages.counts.passages, refused, config))
    shutil.rmtree(stage.folder / _PARTS, ignore_errors=True)
    return stage.counts


def _question_hashes(config: QualityConfig) -> dict[str, str]:
    try:
        return {f"questions {path}": file_hash(Path(path)) for path in config.questions}
    except OSError as error:
        raise InputError(f"cannot read {error.filename}: {error.strerror or error}") from error


def _filter_shard(config: QualityConfig, passages: Path, out: Path, job: Job) -> Shard:
    """Refuse what is bad by itself; of the rest, write what tells duplicates."""
    refused: list[Rejection] = []
    kept: list[str] = []
    for passage in read_shard(passages / str(job.part), Passage):
        if found := _refused(passage, config):
            refused.append(found)
        else:
            kept.append(passage.text)
    write_records(_refused_file(out, job.name), refused)
    if config.duplicates != "keep":
        rows = signatures(kept, config.shingle, near=config.duplicates == "near")
        np.save(_signature_file(out, job.name), rows)
    return Shard(name=job.name, counts={"kept": {"passages": len(kept)}})


def _refused(passage: Passage, config: QualityConfig) -> Rejection | None:
    if reason := refusal(passage, config):
        return Rejection(item=passage.id, reason=reason)
    if config.questions:
        shared = read_questions(config.questions, config.overlap).shared(passage.text)
        if shared:
            return Rejection(item=passage.id, reason="repeats a question", detail=shared)
    return None


def _repeats(parts: Path, config: QualityConfig) -> dict[int, tuple[int, str]]:
    """Passages that repeat an earlier one, by their number among those that passed."""
    if config.duplicates == "keep":
        return {}
    shards = [read_array(_signature_file(parts, shard.name), "r") for shard in listed_shards(parts)]
    found = {row: (first, SAME) for row, first in equal(shards).items()}
    if config.duplicates == "near":
        near = alike(shards, config.similarity)
        found |= {row: (first, ALIKE) for row, first in near.items() if row not in found}
    return found


def _write(
    passages: Path, parts: Path, out: Path, repeats: Mapping[int, tuple[int, str]]
) -> Counter[str]:
    """Write for each shard what is refused, in the order of its passages; returns counts."""
    firsts = {first for first, _ in repeats.values()}
    named = {row: name for row, name in enumerate(_kept_ids(passages, parts)) if row in firsts}
    counts: Counter[str] = Counter()
    row = 0
    for shard, name in _shards(passages, parts):
        refused = {one.item: one for one in read_records(_refused_file(parts, name), Rejection)}
        for item in _kept(shard, refused):
            first, reason = repeats.get(row, (row, ""))
            if reason and named[first] != item:  # an id that comes twice, as in older corpora
                refused[item] = Rejection(item=item, reason=reason, detail=named[first])
            row += 1
        write_records(out / f"{shard.stem}.jsonl", refused.values())
        counts.update(one.reason for one in refused.values())
    return counts


def _kept_ids(passages: Path, parts: Path) -> Iterator[str]:
    for shard, name in _shards(passages, parts):
        refused = {one.item for one in read_records(_refused_file(parts, name), Rejection)}
        yield from _kept(shard, refused)


def _shards(passages: Path, parts: Path) -> Iterator[tuple[Path, str]]:
    """Every shard of passages with the name of its part."""
    files = sorted(passages.glob("*.parquet"))
    return zip(files, (shard.name for shard in listed_shards(parts)), strict=True)


def _kept(shard: Path, refused: Container[str]) -> list[str]:
    """The ids of a shard's passages that were not refused before, as it is called."""
    found: list[str] = pq.read_table(shard, columns=["id"])["id"].to_pylist()
    return [item for item in found if item not in refused]


def _refused_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.jsonl"


def _signature_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"


def _counts(passages: int, refused: Mapping[str, int], config: QualityConfig) -> QualityCounts:
    row = signature_type(near=config.duplicates == "near").itemsize
    return QualityCounts(
        passages=passages,
        kept=passages - sum(refused.values()),
        rejected=dict(sorted(refused.items())),
        signature_bytes=0 if config.duplicates == "keep" else row,
    )
