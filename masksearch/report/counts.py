"""What each stage made and what it lost, from its manifest or, before it is done, its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.corpus.making import MADE, REFUSED, TOO_BAD
from masksearch.evaluation.episodes import member_label
from masksearch.manifest import Stage
from masksearch.report.curves import figures, read_metrics
from masksearch.shards import listed_shards, summed
from masksearch.stages import (
    DAPO,
    DOCUMENTS,
    EPISODES,
    EVAL,
    EXPORT,
    INDEX,
    METRICS,
    PASSAGES,
    SFT,
    TASKS,
    TRACES,
    StageKind,
)

_DAPO_SUMS = ("groups_generated", "groups_useful", "groups_kept", "groups_reused")
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


def documents(stage: Stage) -> Made:
    """Pages that became text; before the end as far as whole shards go."""
    counts = stage.counts or _so_far(stage.folder, "documents", REFUSED)
    made = int(counts.get("documents", 0))
    return Made((Count(made, "documents"),), _reasons(counts), "pages left out", made)


def passages(stage: Stage) -> Made:
    """Paragraphs that became passages."""
    counts = stage.counts or _so_far(stage.folder.with_name(DOCUMENTS.folder), "passages", TOO_BAD)
    made = int(counts.get("passages", 0))
    return Made((Count(made, "passages"),), _reasons(counts), "paragraphs left out", made)


def _so_far(folder: Path, what: str, refused: str) -> dict[str, Any]:
    """What the finished shards of a corpus hold."""
    counts = summed(listed_shards(folder))
    nothing = Counter[str]()
    return {what: counts.get(MADE, nothing)[what], "rejected": counts.get(refused, nothing)}


def index(stage: Stage) -> Made:
    """Passages that can be found."""
    made = int(stage.counts.get("passages", 0))
    return Made((Count(made, "passages indexed"),) if made else ())


def tasks(stage: Stage) -> Made:
    """Masked tasks per split; a page has its tasks in one of them only."""
    counts = stage.counts
    if not counts:
        return Made()
    splits = {
        "training tasks": counts.get("train", {}),
        "held-out tasks": counts.get("heldout", {}),
    }
    made = tuple(Count(sum(by_masks.values()), what) for what, by_masks in splits.items())
    notes = tuple(f"{what}: {_by_masks(by_masks)}" for what, by_masks in splits.items() if by_masks)
    kept = int(sum(count.number for count in made))
    return Made(made, _reasons(counts), "passages that gave no task", kept, notes)


def traces(stage: Stage) -> Made:
    """Trajectories that a judge kept."""
    counts = stage.counts or {
        name: _lines(stage.folder / f"{name}.jsonl") for name in ("accepted", "rejected")
    }
    kept, refused = int(counts.get("accepted", 0)), int(counts.get("rejected", 0))
    reasons = dict(counts.get("reasons", {})) or ({"not accepted": refused} if refused else {})
    searches, ended = counts.get("searches"), kept + refused
    notes = (f"{searches / ended:.1f} searches a trace",) if searches and ended else ()
    return Made((Count(kept, "traces kept"),), reasons, "traces set apart", kept, notes)


def export(stage: Stage) -> Made:
    """Traces that became conversations."""
    counts = stage.counts
    made = int(counts.get("records", 0))
    shown = (Count(made, "conversations"),) if counts else ()
    return Made(shown, _reasons(counts), "traces left out", made)


def sft(stage: Stage) -> Made:
    """Conversations that were learnt from; those beyond the time budget are not used."""
    counts = stage.counts
    if not counts:
        return _steps_so_far(stage)
    used = int(counts.get("traces", 0))
    unused = int(counts.get("available", used)) - used
    reasons = {
        "not needed, or beyond the time budget": unused,
        "too long": counts.get("too_long", 0),
    }
    made = (
        Count(used, "conversations learnt from"),
        Count(int(counts.get("steps", 0)), "optimizer steps"),
        Count(int(counts.get("tokens", 0)), "tokens"),
    )
    lost = {reason: int(number) for reason, number in reasons.items() if number}
    notes = (f"mean loss {counts['loss']}",) if "loss" in counts else ()
    return Made(made, lost, "conversations not used", used, notes)


def dapo(stage: Stage) -> Made:
    """Groups of rollouts; only those whose rewards differ can be learnt from."""
    lines, told = read_metrics(stage.folder / METRICS), stage.counts
    sums = {key: round(sum(figures(lines, key))) for key in _DAPO_SUMS}
    counts = {"steps": len(lines), **sums, **told}
    made = [Count(counts[key], what) for key, what in _DAPO_MADE.items() if counts.get(key)]
    generated, kept = counts["groups_generated"], counts["groups_kept"]
    equal = generated - counts["groups_useful"] if any(figures(lines, "groups_useful")) else 0
    others = generated - equal - (kept - counts["groups_reused"])
    lost = {"all rewards of the group were equal": equal, "not needed": others}
    lost = {reason: number for reason, number in lost.items() if number > 0}
    notes = (f"ended early: {told['ended']}",) if told.get("ended") else ()
    return Made(tuple(made), lost, "groups set aside", kept, notes)


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
    counted = stage.counts.items()
    return Made(tuple(Count(number, what) for what, number in counted if isinstance(number, int)))


def _steps_so_far(stage: Stage) -> Made:
    lines = read_metrics(stage.folder / METRICS)
    return Made((Count(int(lines[-1]["step"]), "optimizer steps so far"),)) if lines else Made()


def _reasons(counts: Mapping[str, Any]) -> dict[str, int]:
    """Reasons with how often each was given, the most frequent first."""
    found = counts.get("rejected") or {}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


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
