"""What each stage made and what it lost, from its manifest or, before it is done, its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.corpus.making import MADE, REFUSED, TOO_BAD
from masksearch.counts import (
    DapoCounts,
    DocumentCounts,
    ExportCounts,
    IndexCounts,
    PassageCounts,
    SftCounts,
    TaskCounts,
    TraceCounts,
    TrainingCounts,
)
from masksearch.evaluation.episodes import member_label
from masksearch.manifest import Stage
from masksearch.report.curves import figures, read_metrics
from masksearch.shards import listed_shards, summed
from masksearch.stages import (
    ACCEPTED,
    DAPO,
    DOCUMENTS,
    EPISODES,
    EVAL,
    EXPORT,
    INDEX,
    METRICS,
    PASSAGES,
    REJECTED,
    SFT,
    TASKS,
    TRACES,
    StageKind,
)

_DAPO_SUMS, _USEFUL = ("groups_generated", "groups_kept", "groups_reused"), "groups_useful"
_DAPO_MADE = {
    "steps": "optimizer steps",
    "groups_kept": "groups learnt from",
    "groups_reused": "of them used again",
    "groups_generated": "groups generated",
    "tokens_generated": "tokens generated",
    "tokens_trained": "tokens trained on",
}


class Count(NamedTuple):
    """A number of things of one kind, or another figure of a stage."""

    number: int | float
    what: str


class Made(NamedTuple):
    """What came out of a stage; `lost` counts, by reason, the `unit`s that did not."""

    made: tuple[Count, ...] = ()
    lost: Mapping[str, int] = {}
    unit: str = ""
    kept: int = 0
    notes: tuple[str, ...] = ()

    @property
    def lost_total(self) -> int:
        """How many were lost, for whatever reason."""
        return sum(self.lost.values())


def documents(stage: Stage[DocumentCounts]) -> Made:
    """Pages that became text; before the end as far as whole shards go."""
    counts = stage.counts
    if not stage.done:
        counts = DocumentCounts(**_so_far(stage.folder, "documents", REFUSED))
    made = (Count(counts.documents, "documents"),)
    return Made(made, _most_first(counts.rejected), "pages left out", counts.documents)


def passages(stage: Stage[PassageCounts]) -> Made:
    """Paragraphs that became passages."""
    counts = stage.counts
    if not stage.done:
        listed = stage.folder.with_name(DOCUMENTS.folder)
        counts = PassageCounts(**_so_far(listed, "passages", TOO_BAD))
    made = (Count(counts.passages, "passages"),)
    return Made(made, _most_first(counts.rejected), "paragraphs left out", counts.passages)


def _so_far(folder: Path, what: str, refused: str) -> dict[str, Any]:
    """What the finished shards of a corpus hold."""
    counts = summed(listed_shards(folder))
    nothing = Counter[str]()
    return {what: counts.get(MADE, nothing)[what], "rejected": counts.get(refused, nothing)}


def index(stage: Stage[IndexCounts]) -> Made:
    """Passages that can be found."""
    made = stage.counts.passages
    return Made((Count(made, "passages indexed"),) if made else ())


def tasks(stage: Stage[TaskCounts]) -> Made:
    """Masked tasks per split; a page has its tasks in one of them only."""
    if not stage.done:
        return Made()
    counts = stage.counts
    splits = {"training tasks": counts.train, "held-out tasks": counts.heldout}
    made = tuple(Count(sum(by_masks.values()), what) for what, by_masks in splits.items())
    notes = tuple(f"{what}: {_by_masks(by_masks)}" for what, by_masks in splits.items() if by_masks)
    lost = _most_first(counts.rejected)
    return Made(made, lost, "passages that gave no task", counts.total, notes)


def traces(stage: Stage[TraceCounts]) -> Made:
    """Trajectories that a judge kept."""
    counts = stage.counts
    if not stage.done:
        kept, refused = (_lines(stage.folder / name) for name in (ACCEPTED, REJECTED))
        counts = TraceCounts(accepted=kept, rejected=refused)
    reasons = counts.reasons or ({"not accepted": counts.rejected} if counts.rejected else {})
    each = f"{counts.searches / max(1, counts.made):.1f} searches a trace"
    notes = (each,) if counts.searches else ()
    made = (Count(counts.accepted, "traces kept"),)
    return Made(made, reasons, "traces set apart", counts.accepted, notes)


def export(stage: Stage[ExportCounts]) -> Made:
    """Traces that became conversations."""
    counts = stage.counts
    made = (Count(counts.records, "conversations"),) if stage.done else ()
    return Made(made, _most_first(counts.rejected), "traces left out", counts.records)


def sft(stage: Stage[SftCounts]) -> Made:
    """Conversations that were learnt from; those that the recipe does not want are not used."""
    if not stage.done:
        return _steps_so_far(stage)
    counts = stage.counts
    made = (
        Count(counts.traces, "conversations learnt from"),
        Count(counts.steps, "optimizer steps"),
        Count(counts.tokens, "tokens"),
    )
    lost = {
        "not needed, or not reached": counts.available - counts.traces,
        "longer than `sft.max_length`": counts.too_long - counts.over_context,
        "longer than the model's own context": counts.over_context,
    }
    lost = {reason: number for reason, number in lost.items() if number > 0}
    loss = () if counts.loss is None else (f"mean loss {counts.loss}",)
    return Made(made, lost, "conversations not used", counts.traces, (*loss, *_early(counts)))


def dapo(stage: Stage[DapoCounts]) -> Made:
    """Groups of rollouts; only those whose rewards differ can be learnt from."""
    lines, counts = read_metrics(stage.folder / METRICS), stage.counts
    sums = {key: round(sum(figures(lines, key))) for key in (*_DAPO_SUMS, _USEFUL)}
    if not stage.done:
        counts = DapoCounts(steps=len(lines), **sums)
    made = [Count(n, what) for key, what in _DAPO_MADE.items() if (n := getattr(counts, key))]
    equal = counts.groups_generated - sums[_USEFUL] if sums[_USEFUL] else 0
    others = counts.groups_generated - equal - (counts.groups_kept - counts.groups_reused)
    lost = {"all rewards of the group were equal": equal, "not needed": others}
    lost = {reason: number for reason, number in lost.items() if number > 0}
    return Made(tuple(made), lost, "groups set aside", counts.groups_kept, _early(counts))


def evaluation(rows: Iterable[Stage]) -> Made:
    """Episodes per row of the table."""
    named = [(row, member_label(row.folder.name)) for row in rows]
    unfinished = [name for row, name in named if not row.done]
    notes = (f"rows not finished: {', '.join(unfinished)}",) if unfinished else ()
    made = (Count(_lines(row.folder / EPISODES), f"episodes of {name}") for row, name in named)
    return Made(tuple(made), notes=notes)


def row(stage: Stage) -> Made:
    """Episodes of one row of the table."""
    return Made((Count(_lines(stage.folder / EPISODES), "episodes"),))


OUTCOMES: dict[StageKind, Callable[[Stage], Made]] = {
    DOCUMENTS: documents,
    PASSAGES: passages,
    INDEX: index,
    TASKS: tasks,
    TRACES: traces,
    EXPORT: export,
    SFT: sft,
    DAPO: dapo,
    EVAL: row,
}
"""What is told of the stages that a report shows, in the order of a run."""


def outcome(stage: Stage) -> Made:
    """What came out of a stage of any kind; of those without words of their own, its counts."""
    if stage.kind in OUTCOMES:
        return OUTCOMES[stage.kind](stage)
    counted = stage.counts.model_dump().items() if stage.done else ()
    return Made(tuple(Count(number, what) for what, number in counted if isinstance(number, int)))


def _early(counts: TrainingCounts) -> tuple[str, ...]:
    return (counts.early_end,) if counts.early_end else ()


def _steps_so_far(stage: Stage) -> Made:
    lines = read_metrics(stage.folder / METRICS)
    return Made((Count(int(lines[-1]["step"]), "optimizer steps so far"),)) if lines else Made()


def _most_first(reasons: Mapping[str, int]) -> dict[str, int]:
    """Reasons with how often each was given, the most frequent first."""
    return dict(sorted(reasons.items(), key=lambda item: -item[1]))


def _by_masks(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{n:,} with {masks} mask{'s' * (masks != '1')}" for masks, n in counts.items()
    )


def _lines(path: Path) -> int:
    """Whole lines of a file that may be being written to."""
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        return sum(line.endswith(b"\n") for line in file)
