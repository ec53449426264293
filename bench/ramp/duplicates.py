"""Deduplication as its own stage: what it finds, what it takes, how long."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.ramp.tasks import excerpt_run
from masksearch.config import QualityConfig
from masksearch.parquet import read_shards, write_shard
from masksearch.quality.build import ALIKE, SAME, build_quality
from masksearch.quality.duplicates import alike
from masksearch.quality.signatures import shingles, signature_type
from masksearch.rejection import Rejection
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.stages import PASSAGES, QUALITY
from masksearch.store import read_records
from masksearch.text import tokens

PLANTED, FOUND, MOST_BYTES = 400, 0.95, 1024
_WORDS_CHANGED, _MOVED = 2, 1
_ROWS = 200_000
MOST_HELD = 64


def measure(place: Place) -> Iterator[Result]:
    """Plant copies and near copies of passages among the excerpt's, and look for them."""
    run = excerpt_run(place, place.folder("ramp-duplicates") / "run")
    passages = list(read_shards(run.path / PASSAGES, Passage))
    planted = _plant(run, passages)
    config = QualityConfig(duplicates="near")
    began = time.perf_counter()
    counts = build_quality(run, config)
    seconds = time.perf_counter() - began
    refused = {one.item: one.reason for one in _refused(run.path / QUALITY)}
    copies = [name for name, similar in planted.items() if similar == 1]
    near = [name for name, similar in planted.items() if config.similarity <= similar < 1]
    exact = sum(refused.get(name) == SAME for name in copies)
    yield Result("ramp duplicates: exact", f"{exact} of {len(copies)}", exact == len(copies) > 0)
    alike = sum(name in refused for name in near)
    share = alike / max(1, len(near))
    yield Result("ramp duplicates: near", f"{alike} of {len(near)} ({share:.3f})", share >= FOUND)
    others = sum(reason == ALIKE and name not in planted for name, reason in refused.items())
    row = counts.signature_bytes
    rate = (len(passages) + len(planted)) / seconds
    held = _held()
    measured = f"{row} on disk, {held:.0f} in memory; {rate:,.0f} passages/s; {others} of its own"
    met = row <= MOST_BYTES and held <= MOST_HELD
    yield Result("ramp duplicates: bytes a passage", measured, met)


def _held() -> float:
    """Memory per passage while the bands of many are compared."""
    rows = np.zeros(_ROWS, dtype=signature_type(near=True))
    rows["minima"] = np.random.default_rng(0).integers(0, 2**32, rows["minima"].shape, np.uint32)
    tracemalloc.start()
    alike([rows], QualityConfig().similarity)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / _ROWS


def _plant(run: RunFolder, passages: list[Passage]) -> dict[str, float]:
    """Add copies, every other one changed a little; returns how similar each one is."""
    rng = random.Random(0)
    similar: dict[str, float] = {}
    added = []
    for number, one in enumerate(rng.sample(passages, PLANTED)):
        text = one.text if number % 2 else _changed(one.text, rng)
        name = f"planted:{number}#0"
        similar[name] = _jaccard(one.text, text)
        added.append(one.model_copy(update={"id": name, "text": text, "links": ()}))
    write_shard(run.path / PASSAGES / "999999.parquet", added)
    stage = run.stage(PASSAGES)
    stage.finish(stage.counts.changed(passages=stage.counts.passages + len(added)))
    return similar


def _changed(text: str, rng: random.Random) -> str:
    """A text with a few words replaced by others of its own."""
    words = text.split()
    for at in rng.sample(range(len(words)), min(_WORDS_CHANGED, len(words))):
        words[at] = rng.choice(words)
    return " ".join(words)


def _jaccard(one: str, other: str) -> float:
    """The true share of common shingles."""
    size = QualityConfig().shingle
    a, b = (set(shingles(tokens(text), size)) for text in (one, other))
    return len(a & b) / len(a | b)


def _refused(folder: Path) -> Iterator[Rejection]:
    for path in sorted(folder.glob("*.jsonl")):
        yield from read_records(path, Rejection)


GROUP = Group(
    "ramp duplicates",
    (
        Bar("ramp duplicates: exact", "all of the planted copies"),
        Bar("ramp duplicates: near", f"≥ {FOUND} of those alike"),
        Bar("ramp duplicates: bytes a passage", f"≤ {MOST_BYTES} on disk, {MOST_HELD} held"),
    ),
    measure,
    minutes=3,
)
