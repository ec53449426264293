"""From a run's passages to train and held-out tasks, split by page.

Shards of passages are masked one by one, in as many processes as wanted; then the lines of
all shards are put in order. What a task is depends on its passage, the recipe and the seed
alone, so the files are the same whatever the number of processes and wherever a build was
killed.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from masksearch.arrays import read_array
from masksearch.config import RampConfig
from masksearch.counts import TaskCounts
from masksearch.errors import InputError
from masksearch.making import RESUMING, Making
from masksearch.manifest import Stage
from masksearch.masking.order import read_raw_lines, write_in_order
from masksearch.masking.shard import (
    REJECTED,
    Sources,
    Split,
    keys_file,
    mask_shard,
    shard_file,
)
from masksearch.masking.tasks import Origin
from masksearch.run_folder import RunFolder
from masksearch.shards import Shard, each_shard, listed_shards, summed
from masksearch.spans.build import expect_spans
from masksearch.stages import PASSAGES, QUALITY, SCORES, SPANS, TASKS
from masksearch.store import make_folder, whole_file

_PARTS = "parts"


def build_tasks(
    run: RunFolder,
    config: RampConfig,
    making: Making = RESUMING,
    *,
    cleaned: bool = False,
) -> TaskCounts:
    """Fill `04-tasks` from `02-passages`; returns counts per split, `num_masks` and reject.

    `cleaned`: leave out what the quality stage refused. Progress is counted in shards of
    passages. Raises StoreError when a stage before is not finished, ConfigError where a
    pipeline is missing, InputError when no task could be made.
    """
    before, stage = _before(run, config, cleaned=cleaned), run.own(TASKS)
    if "scores" not in before:
        expect_spans(config)
    if not stage.begin(before, config, making.if_exists):
        parts = make_folder(stage.folder / _PARTS)
        work = partial(mask_shard, config, _sources(before), _origin(before), parts)
        names = [path.name for path in sorted(before["passages"].folder.glob("*.parquet"))]
        for done, _ in enumerate(each_shard(parts, names, work, making.processes), 1):
            making.progress(done, len(names), "shards of passages masked")
        stage.finish(_assemble(stage, parts))
    shutil.rmtree(stage.folder / _PARTS, ignore_errors=True)
    return stage.counts


def _before(run: RunFolder, config: RampConfig, *, cleaned: bool) -> dict[str, Stage]:
    """The finished stages that a build reads, by what it takes from them."""
    found: dict[str, Stage] = {"passages": run.finished(PASSAGES)}
    if cleaned:
        found["refused"] = run.finished(QUALITY)
    if "llm" in config.spans:
        found["spans"] = run.finished(SPANS)
    if config.strategy == "perplexity":
        found["scores"] = run.finished(SCORES)
    return found


def _sources(before: Mapping[str, Stage]) -> Sources:
    return Sources(**{name: stage.folder for name, stage in before.items()})


def _origin(before: Mapping[str, Stage]) -> Origin:
    scores = before.get("scores")
    scorer = scores.counts.scorer if scores else ""
    return Origin(before["passages"].counts.corpus_hash, scorer)


def _assemble(stage: Stage, parts: Path) -> TaskCounts:
    """Put the lines of all shards in their order, each split in its file."""
    shards = listed_shards(parts)
    counts = {kind: dict(sorted(of.items())) for kind, of in summed(shards).items()}
    refused = counts.pop(REJECTED, {})
    if not any(split in counts for split in Split):
        shutil.rmtree(parts)
        raise InputError(f"no passage could be masked ({refused})")
    for split in Split:
        _write_split(stage.folder / f"{split}.jsonl", parts, shards, split)
    with whole_file(stage.folder / f"{REJECTED}.jsonl") as file:
        file.writelines(read_raw_lines(shard_file(parts, one.name, REJECTED) for one in shards))
    return TaskCounts(rejected=refused, **counts)


def _write_split(path: Path, parts: Path, shards: Sequence[Shard], split: Split) -> None:
    keys = np.concatenate([read_array(keys_file(parts, shard.name, split)) for shard in shards])
    lines = read_raw_lines(shard_file(parts, shard.name, split) for shard in shards)
    with whole_file(path) as file:
        write_in_order(lines, keys, file, parts)
