"""The figures of an evaluation: summaries per row, guard and stratum, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.episodes import EvalEpisode
from masksearch.evaluation.metric import Metric
from masksearch.evaluation.metrics import METRICS
from masksearch.evaluation.rows import row_named
from masksearch.evaluation.statistics import Estimate, bootstrap_mean, estimate, paired_difference
from masksearch.schemas import Guard, Status, Task, Value

_WORST_BY = ("recall", "em", "evidence")


@dataclass(frozen=True)
class ScoredEpisode:
    """An episode with its figures by metric, those that mean something for it."""

    episode: EvalEpisode
    stratum: str
    figures: Mapping[str, float]


class Summary(Value):
    """A line of a table; `stratum` is None over all. Rows that never answer lack figures."""

    row: str
    benchmark: str
    guard: Guard
    stratum: str | None
    n: int
    figures: dict[str, Estimate]


class Difference(Value):
    """`left` minus `right` in a metric, on the tasks that both have."""

    left: str
    right: str
    benchmark: str
    guard: Guard
    metric: str
    estimate: Estimate


class Failures(Value):
    """How often each reason spoilt an episode's format, and the lowest figures."""

    reasons: dict[str, int]
    worst: tuple[EvalEpisode, ...]


def scored(
    episodes: Iterable[EvalEpisode], tasks: Mapping[str, Task], benchmark: Benchmark
) -> list[ScoredEpisode]:
    """The episodes of the benchmark's tasks with their figures; others are left out."""
    return [
        _scored(episode, tasks[episode.task_id], benchmark)
        for episode in episodes
        if episode.task_id in tasks
    ]


def summarise(episodes: Iterable[ScoredEpisode], seed: int = 0) -> list[Summary]:
    """A summary per row and guard over all tasks, and one per stratum after it."""
    groups: dict[tuple[str, str, Guard], list[ScoredEpisode]] = {}
    for one in episodes:
        key = (one.episode.benchmark, one.episode.row, one.episode.guard)
        groups.setdefault(key, []).append(one)
    return [summary for group in groups.values() for summary in _summaries(group, seed)]


def compare(
    left: Iterable[ScoredEpisode],
    right: Iterable[ScoredEpisode],
    metric: Metric,
    guard: Guard,
    seed: int = 0,
) -> Difference | None:
    """The paired difference of two rows under a guard; None when they share no such figure."""
    ours, theirs = (
        {e.episode.key: e for e in row if e.episode.guard is guard and metric.name in e.figures}
        for row in (left, right)
    )
    pairs = [(ours[key], theirs[key]) for key in ours if key in theirs]
    if not pairs:
        return None
    return Difference(
        left=pairs[0][0].episode.row,
        right=pairs[0][1].episode.row,
        benchmark=pairs[0][0].episode.benchmark,
        guard=guard,
        metric=metric.name,
        estimate=paired_difference(
            [a.figures[metric.name] for a, _ in pairs],
            [b.figures[metric.name] for _, b in pairs],
            seed,
        ),
    )


def differences(left: Sequence[ScoredEpisode], right: Sequence[ScoredEpisode]) -> list[Difference]:
    """The paired differences of two rows in every metric, guard by guard."""
    found = [compare(left, right, metric, guard) for guard in Guard for metric in METRICS]
    return [one for one in found if one is not None]


def compared_pairs(rows: Iterable[str]) -> list[tuple[str, str]]:
    """Each of the rows that is told against another one that is there, with that one."""
    there = list(rows)
    pairs = [(name, row_named(name).compared_with) for name in reversed(there)]
    return [(after, before) for after, before in pairs if before in there]


def failures(episodes: Iterable[ScoredEpisode], limit: int = 10) -> Failures:
    """What spoilt the format, most frequent first, and the `limit` lowest figures."""
    every = list(episodes)
    reasons = Counter(_reason(one.episode) for one in every if _is_spoilt(one))
    worst = sorted(every, key=lambda one: [one.figures.get(name, 0.0) for name in _WORST_BY])
    shown = tuple(one.episode for one in worst[:limit])
    return Failures(reasons=dict(reasons.most_common()), worst=shown)


def headings() -> dict[str, str]:
    """The columns of the figures: each metric's name and heading."""
    return {metric.name: metric.heading for metric in METRICS}


def cell(figure: Estimate | None) -> str:
    """A figure with its interval, or a dash."""
    if figure is None:
        return "–"
    return f"{figure.mean:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def cells(summary: Summary) -> list[str]:
    """A summary as the texts of a table's line, below the row, stratum, n and the headings."""
    stratum = "all" if summary.stratum is None else summary.stratum
    figures = [cell(summary.figures.get(metric.name)) for metric in METRICS]
    return [summary.row, stratum, str(summary.n), *figures]


def _scored(episode: EvalEpisode, task: Task, benchmark: Benchmark) -> ScoredEpisode:
    row = row_named(episode.row)
    figures = {
        metric.name: figure
        for metric in METRICS
        if benchmark.measures(metric) and row.measures(metric)
        if (figure := metric.value(task, episode.trajectory)) is not None
    }
    return ScoredEpisode(episode, benchmark.stratum_of(task), figures)


def _summaries(group: Sequence[ScoredEpisode], seed: int) -> list[Summary]:
    parts = {name: [e for e in group if e.stratum == name] for name in _strata(group)}
    return [_summary(group, None, seed)] + [_summary(parts[name], name, seed) for name in parts]


def _strata(group: Sequence[ScoredEpisode]) -> list[str]:
    return sorted({one.stratum for one in group if one.stratum})


def _summary(group: Sequence[ScoredEpisode], stratum: str | None, seed: int) -> Summary:
    first = group[0].episode
    values = {m: [e.figures[m.name] for e in group if m.name in e.figures] for m in METRICS}
    return Summary(
        row=first.row,
        benchmark=first.benchmark,
        guard=first.guard,
        stratum=stratum,
        n=len(group),
        figures={m.name: interval(m, found, seed) for m, found in values.items() if found},
    )


def interval(metric: Metric, values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of a metric's values: a count is no rate, even where each value is 0 or 1."""
    return estimate(values, seed) if metric.is_rate else bootstrap_mean(values, seed)


def _is_spoilt(one: ScoredEpisode) -> bool:
    if one.episode.trajectory.status is not Status.ANSWERED:
        return True
    return one.figures.get("format") == 0


def _reason(episode: EvalEpisode) -> str:
    ended = episode.trajectory
    if ended.status is Status.ANSWERED:
        return f"{ended.status}: not one fill for each blank"
    return f"{ended.status}: {ended.reason}" if ended.reason else ended.status.value
