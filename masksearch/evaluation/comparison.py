"""Two rows on the same tasks: differences with their intervals, and what was gained and lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from masksearch.evaluation.metric import Metric
from masksearch.evaluation.metrics import METRICS
from masksearch.evaluation.rows import row_named
from masksearch.evaluation.significance import holm, p_values, smallest_effect
from masksearch.evaluation.statistics import Estimate, paired_differences
from masksearch.evaluation.table import ScoredEpisode, by_task
from masksearch.schemas import Guard, Value


class Difference(Value):
    """`left` minus `right` in a metric, on the tasks that both have.

    `p` is the chance of one as large under no difference, `p_holm` the same adjusted for all
    that are shown together; costs are not tested. Of the tasks, `wins` are those on which
    `left` is higher. `smallest_effect` is the least true difference that would be found in 80
    of 100 such sets of tasks.
    """

    left: str
    right: str
    benchmark: str
    guard: Guard
    metric: str
    estimate: Estimate
    p: float | None = None
    p_holm: float | None = None
    wins: int = 0
    losses: int = 0
    smallest_effect: float | None = None


class Change(NamedTuple):
    """A task that one of two rows solves and the other does not.

    With several samples, the one whose share of right samples is larger.
    """

    task_id: str
    left: Sequence[ScoredEpisode]
    right: Sequence[ScoredEpisode]


class Changes(NamedTuple):
    """What `left` solves and `right` does not, and the reverse, in the order of the tasks."""

    guard: Guard
    gains: list[Change]
    losses: list[Change]
    shared: int
    """How many tasks both have."""
    alone: tuple[int, int]
    """How many tasks only the one and only the other has."""


def compare(
    left: Iterable[ScoredEpisode],
    right: Iterable[ScoredEpisode],
    metric: Metric,
    guard: Guard,
    seed: int = 0,
) -> Difference | None:
    """The paired difference of two rows under a guard; None when they share no such figure."""
    found = _differences(list(left), list(right), [metric], [guard], seed)
    return found[0] if found else None


def differences(
    left: Sequence[ScoredEpisode], right: Sequence[ScoredEpisode], seed: int = 0
) -> list[Difference]:
    """The paired differences of two rows in every metric, guard by guard."""
    return _differences(left, right, METRICS, list(Guard), seed)


def adjusted(found: Sequence[Difference]) -> list[Difference]:
    """Differences that are shown together, with their p adjusted for how many are (Holm 1979)."""
    tested = [at for at, one in enumerate(found) if one.p is not None]
    values = holm([one.p for one in found if one.p is not None])
    by_place = dict(zip(tested, values, strict=True))
    return [one.model_copy(update={"p_holm": by_place.get(at)}) for at, one in enumerate(found)]


def changes(left: Iterable[ScoredEpisode], right: Iterable[ScoredEpisode], guard: Guard) -> Changes:
    """What two rows solve and do not solve under a guard."""
    ours, theirs = _samples(left, guard), _samples(right, guard)
    shared = [Change(task, ours[task], theirs[task]) for task in ours if task in theirs]
    return Changes(
        guard,
        [one for one in shared if _right(one.left) > _right(one.right)],
        [one for one in shared if _right(one.left) < _right(one.right)],
        len(shared),
        (len(ours) - len(shared), len(theirs) - len(shared)),
    )


def compared_pairs(rows: Iterable[str]) -> list[tuple[str, str]]:
    """Each of the rows that is told against another one that is there, with that one."""
    there = list(rows)
    pairs = [(name, row_named(name).compared_with) for name in reversed(there)]
    return [(after, before) for after, before in pairs if before in there]


def _differences(
    left: Sequence[ScoredEpisode],
    right: Sequence[ScoredEpisode],
    metrics: Sequence[Metric],
    guards: Sequence[Guard],
    seed: int,
) -> list[Difference]:
    columns: dict[tuple[Guard, str], list[float]] = {}
    for guard in guards:
        ours, theirs = (_under(row, guard) for row in (left, right))
        for metric in metrics:
            if pairs := _paired(ours, theirs, metric):
                columns[guard, metric.name] = [a - b for a, b in pairs]
    return _estimated(left, right, columns, seed) if columns else []


def _under(row: Iterable[ScoredEpisode], guard: Guard) -> list[ScoredEpisode]:
    return [one for one in row if one.episode.guard is guard]


def _paired(
    left: Sequence[ScoredEpisode], right: Sequence[ScoredEpisode], metric: Metric
) -> list[tuple[float, float]]:
    """The figures of the tasks that both have; none where one of them lacks some."""
    if any(metric.name in one.unavailable for one in (*left, *right)):
        return []
    ours, theirs = by_task(left, metric.name), by_task(right, metric.name)
    return [(ours[task], theirs[task]) for task in ours if task in theirs]


def _estimated(
    left: Sequence[ScoredEpisode],
    right: Sequence[ScoredEpisode],
    columns: Mapping[tuple[Guard, str], list[float]],
    seed: int,
) -> list[Difference]:
    tested = [key for key in columns if not _is_cost(key[1])]
    ps = dict(zip(tested, p_values([columns[key] for key in tested], seed), strict=True))
    means = paired_differences(list(columns.values()), seed)
    return [
        Difference(
            left=left[0].episode.row,
            right=right[0].episode.row,
            benchmark=left[0].episode.benchmark,
            guard=key[0],
            metric=key[1],
            estimate=mean,
            p=ps.get(key),
            wins=sum(value > 0 for value in column),
            losses=sum(value < 0 for value in column),
            smallest_effect=smallest_effect(column) if key in ps else None,
        )
        for (key, column), mean in zip(columns.items(), means, strict=True)
    ]


def _is_cost(name: str) -> bool:
    return any(metric.is_cost for metric in METRICS if metric.name == name)


def _samples(row: Iterable[ScoredEpisode], guard: Guard) -> dict[str, list[ScoredEpisode]]:
    found: dict[str, list[ScoredEpisode]] = {}
    for one in _under(row, guard):
        found.setdefault(one.episode.task_id, []).append(one)
    return found


def _right(samples: Sequence[ScoredEpisode]) -> float:
    return sum(one.is_right for one in samples) / len(samples)
