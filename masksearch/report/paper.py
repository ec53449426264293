"""MaskSearch's published figures, to stand beside a run's own as theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from masksearch.evaluation.statistics import Estimate
from masksearch.evaluation.table import Summary
from masksearch.schemas import Guard

SOURCE = "MaskSearch (arXiv 2505.20285), table 2: token recall × 100"
_SETS = ("hotpotqa", "fanoutqa", "musique", "2wiki", "bamboogle", "freshqa")
HEADINGS = ("HotpotQA", "FanOutQA", "MuSiQue", "2Wiki", "Bamboogle", "FreshQA")
_MODELS = ("Qwen2.5-1.5B", "Qwen2.5-3B", "Qwen2.5-7B")
_PUBLISHED = {
    "RAG-PE": (
        (29.45, 27.37, 12.07, 37.32, 22.93, 41.19),
        (38.37, 41.48, 20.78, 51.14, 37.60, 61.55),
        (43.55, 51.92, 25.05, 53.86, 44.60, 64.40),
    ),
    "Agent-PE": (
        (48.74, 36.15, 28.87, 49.72, 58.87, 63.27),
        (51.17, 49.82, 25.27, 58.14, 56.40, 67.80),
        (61.75, 55.69, 34.25, 68.77, 63.25, 75.81),
    ),
    "Distilled Search-R1": (
        (64.13, 47.76, 35.02, 76.45, 63.87, 68.12),
        (67.38, 54.00, 38.20, 79.76, 68.05, 77.59),
        (69.55, 57.24, 41.06, 83.84, 73.07, 78.97),
    ),
    "Search-R1": (
        (61.72, 42.68, 35.63, 64.40, 64.59, 74.44),
        (69.03, 48.55, 39.08, 78.85, 72.53, 76.78),
        (70.59, 56.25, 41.29, 80.50, 79.33, 78.46),
    ),
    "MaskSearch SFT, SFT": (
        (67.58, 53.18, 38.58, 81.13, 75.65, 75.47),
        (69.30, 56.03, 40.12, 82.36, 74.52, 79.84),
        (70.44, 60.85, 41.76, 84.65, 80.13, 81.12),
    ),
    "MaskSearch RL, SFT": (
        (66.23, 45.61, 40.55, 71.77, 73.79, 75.91),
        (68.23, 55.85, 39.48, 81.72, 73.87, 77.58),
        (70.84, 56.29, 41.90, 83.38, 78.53, 78.93),
    ),
    "MaskSearch SFT, RL": (
        (65.95, 48.64, 40.36, 72.00, 72.67, 73.54),
        (69.03, 54.55, 39.08, 79.85, 72.53, 76.78),
        (71.69, 57.69, 42.23, 81.25, 81.87, 75.42),
    ),
    "MaskSearch RL, RL": (
        (71.02, 49.73, 40.59, 76.03, 73.60, 81.08),
        (73.08, 53.02, 44.48, 80.43, 80.13, 85.07),
        (75.61, 58.96, 45.54, 82.10, 83.00, 80.85),
    ),
}
"""Of pre-training and post-training, by model. Of the 3B ones Search-R1 and SFT, RL share four
cells in the paper: one of them may be a copy of the other."""


class PublishedRow(NamedTuple):
    """A row of the paper's, in the order of `HEADINGS`."""

    name: str
    model: str
    figures: tuple[float, ...]


class OwnRow(NamedTuple):
    """A row of the run's own under a guard, in the same order; None where it was not evaluated."""

    name: str
    figures: tuple[Estimate | None, ...]


class Paper(NamedTuple):
    """Theirs beside ours; empty where none of their benchmarks was evaluated."""

    published: tuple[PublishedRow, ...] = ()
    own: tuple[OwnRow, ...] = ()


def beside_paper(summaries: Iterable[Summary]) -> Paper:
    """The token recall of a run's rows on the paper's benchmarks, over all of their questions."""
    found: dict[str, dict[str, Estimate]] = {}
    for one in summaries:
        name = _set_of(one.benchmark)
        if name and one.stratum is None and one.guard is Guard.NONE and "recall" in one.figures:
            found.setdefault(one.row, {}).setdefault(name, one.figures["recall"])
    if not found:
        return Paper()
    return Paper(_published(), tuple(_own(row, figures) for row, figures in found.items()))


def _published() -> tuple[PublishedRow, ...]:
    return tuple(
        PublishedRow(name, model, figures)
        for name, by_model in _PUBLISHED.items()
        for model, figures in zip(_MODELS, by_model, strict=True)
    )


def _own(row: str, figures: Mapping[str, Estimate]) -> OwnRow:
    return OwnRow(row, tuple(figures.get(name) for name in _SETS))


def _set_of(benchmark: str) -> str:
    """Which of the paper's sets a benchmark is by its name; training splits are none."""
    bare, _, split = benchmark.lower().partition(":")
    return next((name for name in _SETS if bare.startswith(name) and split != "train"), "")
