"""The stages from passages to masked tasks, for the commands and for the demo alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.stages import left_out
from cli.work import Report, Work
from masksearch.counts import TaskCounts
from masksearch.errors import StaleError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.stages import HELDOUT, SCORES, SPANS, TASKS, TRAIN

if TYPE_CHECKING:
    from masksearch.ports import SpanScorer


def run_ramp(work: Work) -> Report:
    """From passages to masked tasks, with what the recipe wants done before."""
    from masksearch.masking.build import build_tasks

    recipe = work.recipe
    if not recipe.quality.is_off:
        run_clean(work)
    if "llm" in recipe.ramp.spans:
        _made_once(work, run_extract)
    if recipe.ramp.strategy == "perplexity":
        _made_once(work, run_score)
    with work.meter("ramp") as progress:
        counts = build_tasks(
            work.run,
            recipe.ramp,
            Making(work.if_exists, progress, work.processes),
            cleaned=not recipe.quality.is_off,
        )
    return Report.of(counts, task_lines(counts, work.run.stage(TASKS).folder))


def _made_once(work: Work, stage: Callable[[Work], Report]) -> None:
    """Run a stage that is expensive: a restart of the one after it makes only a stale one again."""
    try:
        stage(replace(work, if_exists=IfExists.RESUME))
    except StaleError:
        if work.if_exists is not IfExists.RESTART:
            raise
        stage(work)


def run_clean(work: Work) -> Report:
    """From passages to those that are fit for tasks."""
    from masksearch.quality.build import build_quality

    with work.meter("ramp clean") as progress:
        counts = build_quality(
            work.run, work.recipe.quality, Making(work.if_exists, progress, work.processes)
        )
    line = f"{counts.kept:,} of {counts.passages:,} passages are fit for tasks"
    return Report.of(counts, [f"{line}{left_out(counts.rejected)}"])


def run_extract(work: Work) -> Report:
    """From passages to the spans that a language model names."""
    import asyncio

    from masksearch.role_prompt import role_prompt
    from masksearch.roles.extractor import LLMExtractor
    from masksearch.spans.reading import read_passages

    reader = LLMExtractor(work.chats.role("extractor"), role_prompt(work.library, "extractor"))
    with work.meter("ramp extract") as progress:
        counts = asyncio.run(
            read_passages(work.run, reader, work.recipe.extract, Making(work.if_exists, progress))
        )
    folder = work.run.stage(SPANS).folder
    line = f"{counts.spans:,} spans of {counts.passages:,} passages in {folder}"
    return Report.of(counts, [f"{line}{left_out(counts.rejected)}"])


def run_score(work: Work) -> Report:
    """From passages to the surprisal of every span that may be masked."""
    from masksearch.masking.scores import score_passages

    with work.meter("ramp score") as progress:
        counts = score_passages(
            work.run, work.recipe.ramp, _scorer(work), Making(work.if_exists, progress)
        )
    folder = work.run.stage(SCORES).folder
    line = f"{counts.spans:,} spans of {counts.passages:,} passages scored"
    return Report.of(counts, [f"{line} by {counts.scorer}, in {folder}"])


def _scorer(work: Work) -> SpanScorer:
    from cli.models import Models

    recipe = work.recipe
    return Models(recipe.model, work.run, work.settings.home, 1).scorer(
        recipe.ramp.scorer or recipe.model.path
    )


def task_lines(counts: TaskCounts, folder: Path) -> list[str]:
    """How many tasks there are, by split and number of masks."""
    lines = [
        f"{sum(by_masks.values()):,} {name} tasks in {folder / file} ({_by_masks(by_masks)})"
        for name, file, by_masks in (
            ("training", TRAIN, counts.train),
            ("held-out", HELDOUT, counts.heldout),
        )
    ]
    return [*lines, f"no page has tasks in both{left_out(counts.rejected)}"]


def _by_masks(counts: Mapping[str, int]) -> str:
    parts = [f"{n:,} with {masks} mask{'s' * (masks != '1')}" for masks, n in counts.items()]
    return ", ".join(parts) or "none"
