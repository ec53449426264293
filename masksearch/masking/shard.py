"""The tasks of one shard of passages: the work of one process at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from masksearch.config import RampConfig
from masksearch.masking.order import Line, keys_of
from masksearch.masking.tasks import Origin, make_tasks
from masksearch.parquet import read_shard
from masksearch.ports import SpanExtractor
from masksearch.rejection import Rejection
from masksearch.schemas import Passage, Task
from masksearch.shards import Job, Shard
from masksearch.spans.build import build_spans
from masksearch.spans.recorded import read_spans
from masksearch.store import read_records, whole_file, write_records
from masksearch.text import digest

REJECTED = "rejected"


class Split(StrEnum):
    """What a page's tasks are for."""

    TRAIN = "train"
    HELDOUT = "heldout"


class Sources(NamedTuple):
    """The folders that a build reads; a shard has the same name in each of them."""

    passages: Path
    refused: Path | None = None
    """What the quality stage left out."""
    spans: Path | None = None
    """What a language model found."""
    scores: Path | None = None
    """All spans with their surprisals."""


def split_of(document_id: str, config: RampConfig) -> Split:
    """The split of a page, which depends on nothing but its id and the seed."""
    share = int(digest("split", str(config.seed), document_id), 16) / 16**16
    return Split.HELDOUT if share < config.heldout_share else Split.TRAIN


def shard_file(folder: Path, shard: str, what: str) -> Path:
    """Where the lines of a shard lie until all shards are done."""
    return folder / f"{shard}.{what}.jsonl"


def keys_file(folder: Path, shard: str, split: Split) -> Path:
    """Where the keys lie by which the tasks of a shard are put in order."""
    return folder / f"{shard}.{split}.npy"


def mask_shard(config: RampConfig, sources: Sources, origin: Origin, out: Path, job: Job) -> Shard:
    """Make the tasks of a shard of passages, and write what was made and what was refused."""
    made: dict[Split, list[Line]] = {split: [] for split in Split}
    rejected: list[Rejection] = []
    counts: dict[str, Counter[str]] = {}
    for split, found in _made(config, sources, origin, str(job.part)):
        if isinstance(found, Rejection):
            rejected.append(found)
            counts.setdefault(REJECTED, Counter())[found.reason] += 1
        else:
            _count(counts, split, found)
            made[split].append(Line(found.id, found.num_masks, _line(found)))
    for split, lines in made.items():
        with whole_file(shard_file(out, job.name, split)) as file:
            file.writelines(line.text for line in lines)
        np.save(keys_file(out, job.name, split), keys_of(lines, config.seed))
    write_records(shard_file(out, job.name, REJECTED), rejected)
    return Shard(name=job.name, counts={kind: dict(of) for kind, of in counts.items()})


def _made(
    config: RampConfig, sources: Sources, origin: Origin, name: str
) -> Iterator[tuple[Split, Task | Rejection]]:
    extractor = spans_of(config, sources, name)
    refused = _refused(sources.refused, name)
    for passage in read_shard(sources.passages / name, Passage):
        split = split_of(passage.document_id, config)
        if passage.id in refused:
            yield split, refused[passage.id]
            continue
        spans = extractor.extract(passage)
        yield from ((split, found) for found in make_tasks(passage, spans, config, origin))


def spans_of(config: RampConfig, sources: Sources, name: str) -> SpanExtractor:
    """The extractor for a shard: what was scored, or else what the recipe names."""
    file = Path(name).with_suffix(".jsonl")
    if sources.scores:
        return read_spans(sources.scores / file)
    if sources.spans:
        return build_spans(config, read_spans(sources.spans / file))
    return _extractor(config)


@cache
def _extractor(config: RampConfig) -> SpanExtractor:
    return build_spans(config)


def _refused(folder: Path | None, name: str) -> dict[str, Rejection]:
    path = folder / Path(name).with_suffix(".jsonl") if folder else None
    if path is None or not path.exists():
        return {}
    return {one.item: one for one in read_records(path, Rejection)}


def _count(counts: dict[str, Counter[str]], split: Split, task: Task) -> None:
    counts.setdefault(split, Counter())[str(task.num_masks)] += 1
    counts.setdefault("languages", Counter())[task.prompt.lang] += 1
    counts.setdefault("types", Counter()).update(kind.value for kind in task.mask_types)
    counts.setdefault("sources", Counter()).update(one.value for one in task.mask_sources)


def _line(task: Task) -> bytes:
    return task.model_dump_json().encode() + b"\n"
