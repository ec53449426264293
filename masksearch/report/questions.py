"""What changed from one row to another, question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from masksearch.evaluation.comparison import Change, changes
from masksearch.evaluation.metrics.fresh import is_judged
from masksearch.evaluation.table import ScoredEpisode
from masksearch.schemas import Guard, Task
from masksearch.scoring.episodes import given_answer

_MOST = 50
"""Questions that are shown of each kind; the others are counted."""


class ShownChange(NamedTuple):
    """A task that one of two rows solves; the texts are empty where they may not be shown."""

    task_id: str
    text: str
    left: str
    right: str
    gold: str


class ShownChanges(NamedTuple):
    """What two rows solve and do not solve; counts are of all, lists may be shorter."""

    benchmark: str
    guard: Guard
    left: str
    right: str
    shared: int
    num_gains: int
    num_losses: int
    gains: tuple[ShownChange, ...]
    losses: tuple[ShownChange, ...]


def shown_changes(
    benchmark: str,
    episodes: Mapping[str, Sequence[ScoredEpisode]],
    tasks: Mapping[str, Task],
    pairs: Sequence[tuple[str, str]],
) -> list[ShownChanges]:
    """Of each pair of rows, guard by guard; without those that share no task."""
    found = [
        (left, right, changes(episodes[left], episodes[right], guard))
        for left, right in pairs
        for guard in Guard
    ]
    return [
        ShownChanges(
            benchmark,
            one.guard,
            left,
            right,
            one.shared,
            len(one.gains),
            len(one.losses),
            tuple(_shown(change, tasks[change.task_id]) for change in one.gains[:_MOST]),
            tuple(_shown(change, tasks[change.task_id]) for change in one.losses[:_MOST]),
        )
        for left, right, one in found
        if one.shared
    ]


def may_be_shown(task: Task) -> bool:
    """Whether a report may hold a task's texts: FreshQA comes without a licence."""
    return not is_judged(task)


def _shown(change: Change, task: Task) -> ShownChange:
    if not may_be_shown(task):
        return ShownChange(task.id, "", "", "", "")
    gold = " / ".join(accepted[0] for accepted in task.answers)
    return ShownChange(task.id, task.prompt.text, _answer(change.left), _answer(change.right), gold)


def _answer(samples: Sequence[ScoredEpisode]) -> str:
    told = [given_answer(one.episode.trajectory) for one in samples]
    return " | ".join(
        text or f"({one.episode.trajectory.status})"
        for text, one in zip(told, samples, strict=True)
    )
