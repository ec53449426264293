"""From a run's passages to train and held-out tasks, split by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from masksearch.config import RampConfig
from masksearch.errors import InputError
from masksearch.masking.masks import seeded
from masksearch.masking.tasks import make_task
from masksearch.ports import Progress, silent
from masksearch.rejection import Rejection
from masksearch.run_folder import PASSAGES, TASKS, IfExists, RunFolder, Stage
from masksearch.schemas import Passage, Span, Task
from masksearch.spans.build import build_spans
from masksearch.store import read_shards, write_records
from masksearch.text import digest


class Split(StrEnum):
    """What a page's tasks are for."""

    TRAIN = "train"
    HELDOUT = "heldout"


def build_tasks(
    run: RunFolder,
    config: RampConfig,
    if_exists: IfExists = IfExists.RESUME,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Fill `04-tasks` from `02-passages`; returns counts per split, `num_masks` and reject.

    Progress is told in passages. Raises StoreError when the passages are not finished,
    InputError when no task could be made.
    """
    passages, stage = run.finished(PASSAGES, "corpus build"), run.stage(TASKS)
    if not stage.begin({"passages": passages.hash}, config, if_exists):
        maker = _Maker(config, passages.manifest["counts"]["corpus_hash"])
        total = passages.manifest["counts"]["passages"]
        for done, passage in enumerate(read_shards(passages.folder, Passage), 1):
            maker.take(passage)
            progress(done, total, "passages masked")
        stage.finish(_write(stage, maker, config))
    return dict(stage.manifest["counts"])


def split_of(document_id: str, config: RampConfig) -> Split:
    """The split of a page, which hangs on nothing but its id and the seed."""
    share = int(digest("split", str(config.seed), document_id), 16) / 16**16
    return Split.HELDOUT if share < config.heldout_share else Split.TRAIN


class _Maker:
    """Makes tasks with every `num_masks` equally often, as far as passages allow."""

    def __init__(self, config: RampConfig, corpus_hash: str) -> None:
        self.tasks: dict[Split, list[Task]] = {split: [] for split in Split}
        self.rejected: list[Rejection] = []
        self._config = config
        self._corpus_hash = corpus_hash
        self._extractor = build_spans(config)
        self._made: dict[Split, Counter[int]] = {split: Counter() for split in Split}
        self._seen: set[str] = set()

    def take(self, passage: Passage) -> None:
        spans = self._extractor.extract(passage)
        split = split_of(passage.document_id, self._config)
        for draw in range(self._config.tasks_per_passage):
            task = self._draw(passage, spans, split, draw)
            if isinstance(task, Rejection):
                self.rejected.append(task)
                return
            self._made[split][task.num_masks] += 1
            self._seen.add(task.id)
            self.tasks[split].append(task)

    def _draw(
        self, passage: Passage, spans: Sequence[Span], split: Split, draw: int
    ) -> Task | Rejection:
        """A task with the rarest `num_masks` that the passage has spans for."""
        made = self._made[split]
        refusal = Rejection(item=passage.id, reason="no new masks")
        for num_masks in sorted(set(self._config.num_masks), key=lambda n: (made[n], -n)):
            found = make_task(passage, spans, num_masks, self._config, self._corpus_hash, draw)
            if isinstance(found, Rejection):
                refusal = found
            elif found.id not in self._seen:
                return found
        return refusal


def _write(stage: Stage, maker: _Maker, config: RampConfig) -> dict[str, Any]:
    if not any(maker.tasks.values()):
        reasons = Counter(one.reason for one in maker.rejected)
        raise InputError(f"no passage could be masked ({dict(reasons)})")
    counts: dict[str, Any] = {"rejected": dict(Counter(one.reason for one in maker.rejected))}
    for split, tasks in maker.tasks.items():
        write_records(stage.folder / f"{split}.jsonl", balanced(tasks, config.seed))
        by_masks = Counter(task.num_masks for task in tasks)
        counts[split] = {str(n): by_masks[n] for n in sorted(by_masks)}
    write_records(stage.folder / "rejected.jsonl", maker.rejected)
    return counts


def balanced(tasks: Iterable[Task], seed: int) -> list[Task]:
    """Tasks shuffled so that every prefix is a fair sample with each `num_masks` alike."""
    by_masks: dict[int, list[Task]] = {}
    for task in tasks:
        by_masks.setdefault(task.num_masks, []).append(task)
    for num_masks, group in sorted(by_masks.items()):
        seeded(seed, "order", num_masks).shuffle(group)
    return list(_rounds([by_masks[n] for n in sorted(by_masks)]))


def _rounds(groups: Sequence[Sequence[Task]]) -> Iterator[Task]:
    for round_of_tasks in zip_longest(*groups):
        yield from (task for task in round_of_tasks if task is not None)
