"""What a run's tasks are like: counts, and histograms of what tells how hard they are."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from masksearch.masking.shard import Split
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.stages import TASKS
from masksearch.store import read_records
from masksearch.text import UNIT


class Histogram(NamedTuple):
    """How many things fall into each range of a figure."""

    title: str
    bins: tuple[tuple[str, int], ...]

    @property
    def most(self) -> int:
        """The largest count of a range."""
        return max((count for _, count in self.bins), default=0)


class RampStatistics(NamedTuple):
    """Counts by what, each the most frequent first, and histograms."""

    counts: Mapping[str, Mapping[str, int]]
    histograms: tuple[Histogram, ...]

    @property
    def total(self) -> int:
        """How many tasks there are."""
        return sum(self.counts["tasks by language"].values())

    def as_json(self) -> dict[str, Any]:
        """The figures for a machine."""
        histograms = {one.title: dict(one.bins) for one in self.histograms}
        return {**{name: dict(of) for name, of in self.counts.items()}, "histograms": histograms}


class _Figure(NamedTuple):
    """A figure with the edges of its ranges."""

    title: str
    edges: Sequence[float]


_WORDS = _Figure("words in a window", (0, 25, 50, 75, 100, 150, 200, 300, 400, 600))
_SHARE = _Figure("share of the words that is masked, in %", (0, 1, 2, 3, 5, 7.5, 10, 15, 20, 30))
_LENGTH = _Figure("words in an answer", (1, 2, 3, 4, 5, 6, 8))
_SURPRISAL = _Figure("surprisal of a mask, in nats per token", (0, 1, 2, 3, 4, 5, 6, 8, 10, 12))
_FIGURES = (_WORDS, _SHARE, _LENGTH, _SURPRISAL)


def ramp_statistics(run: RunFolder) -> RampStatistics:
    """Read all tasks of a run once; raises StoreError when they are not finished."""
    stage = run.finished(TASKS)
    found = stage.counts
    bins: dict[_Figure, Counter[int]] = {figure: Counter() for figure in _FIGURES}
    kinds: dict[str, Counter[str]] = {"languages": Counter(), "types": Counter()}
    kinds["sources"] = Counter()
    for split in Split:
        for task in read_records(stage.folder / f"{split}.jsonl", Task):
            _count(task, kinds, bins)
    counts = {
        **{f"{split} tasks by num_masks": found.splits[split] for split in Split},
        "tasks by language": _most_first(kinds["languages"]),
        "masks by type": _most_first(kinds["types"]),
        "masks by source": _most_first(kinds["sources"]),
        "passages without a task, by reason": _most_first(found.rejected),
    }
    histograms = (_histogram(figure, bins[figure]) for figure in _FIGURES if bins[figure])
    return RampStatistics(counts, tuple(histograms))


def _count(
    task: Task, kinds: Mapping[str, Counter[str]], bins: Mapping[_Figure, Counter[int]]
) -> None:
    kinds["languages"][task.prompt.lang] += 1
    kinds["types"].update(kind.value for kind in task.mask_types)
    kinds["sources"].update(one.value for one in task.mask_sources)
    card = task.difficulty
    _add(bins, _WORDS, [len(UNIT.findall(task.unmasked()))])
    _add(bins, _SHARE, [] if card.masked_share is None else [100 * card.masked_share])
    _add(bins, _LENGTH, card.answer_tokens)
    _add(bins, _SURPRISAL, [nats for nats in card.surprisals if nats is not None])


def _add(bins: Mapping[_Figure, Counter[int]], figure: _Figure, values: Iterable[float]) -> None:
    bins[figure].update(max(0, bisect_right(figure.edges, value) - 1) for value in values)


def _histogram(figure: _Figure, counts: Mapping[int, int]) -> Histogram:
    edges = [*figure.edges, math.inf]
    named = ((_range(edges[at], edges[at + 1]), counts.get(at, 0)) for at in range(len(edges) - 1))
    return Histogram(figure.title, tuple(named))


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return f"{low:g} or more"
    return f"{low:g}" if (low, high) == (int(low), low + 1) and low else f"{low:g} to {high:g}"


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
