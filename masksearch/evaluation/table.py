"""The figures of an evaluation: of every episode, and summaries per row, guard and stratum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import NamedTuple

from pydantic import Field

from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.episodes import EvalEpisode
from masksearch.evaluation.judgements import Judgement
from masksearch.evaluation.metric import Known, Metric, MetricUnavailable
from masksearch.evaluation.metrics import BY_NAME, METRICS
from masksearch.evaluation.prices import Prices
from masksearch.evaluation.rows import row_named
from masksearch.evaluation.significance import pass_at
from masksearch.evaluation.statistics import (
    Estimate,
    bootstrap_mean,
    bootstrap_means,
    estimate,
    is_rate,
    wilson,
)
from masksearch.schemas import Guard, Task, Value

_RIGHT_BY = ("fanout_strict", "fresh_relaxed", "em_alias", "em")
"""What says that an episode is right: the first of these that it has."""
UNAVAILABLE, OTHERS = "unavailable", "others"
_STRATA = 12
"""Lines of a row that are about one stratum each; what is in further ones is taken together."""


@dataclass(frozen=True)
class ScoredEpisode:
    """An episode with its figures by metric, those that mean something for it.

    `unavailable` says of metrics that would why they cannot be had.
    """

    episode: EvalEpisode
    stratum: str
    figures: Mapping[str, float]
    unavailable: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether the whole answer is right, by the first measure that tells."""
        known = [self.figures[name] for name in _RIGHT_BY if name in self.figures]
        return bool(known) and known[0] == 1


class Summary(Value):
    """A line of a table; `stratum` is None over all. Rows that never answer lack figures.

    `n` counts tasks, each of which counts once however many `samples` there are of it.
    `pass_at` is by how many tries were allowed; 1 is the mean over all samples.
    """

    row: str
    benchmark: str
    guard: Guard
    stratum: str | None
    n: int
    samples: int = 1
    figures: dict[str, Estimate]
    unavailable: dict[str, str] = Field(default_factory=dict)
    pass_at: dict[int, Estimate] = Field(default_factory=dict)


class _Part(NamedTuple):
    """The episodes of a line."""

    stratum: str | None
    episodes: Sequence[ScoredEpisode]


def scored(
    episodes: Iterable[EvalEpisode],
    tasks: Mapping[str, Task],
    benchmark: Benchmark,
    judgements: Mapping[str, Judgement] | None = None,
    prices: Prices | None = None,
) -> list[ScoredEpisode]:
    """The episodes of the benchmark's tasks with their figures; others are left out."""
    metrics = [one for one in METRICS if benchmark.measures(one) and one.is_of(tasks.values())]
    judged = judgements or {}
    return [
        _scored(
            episode,
            tasks[episode.task_id],
            benchmark,
            [metric for metric in metrics if row_named(episode.row).measures(metric)],
            Known(_current(judged.get(episode.key), episode), prices),
        )
        for episode in episodes
        if episode.task_id in tasks
    ]


def summarise(episodes: Iterable[ScoredEpisode], seed: int = 0) -> list[Summary]:
    """A summary per row and guard over all tasks, and one per stratum after it."""
    groups: dict[tuple[str, str, Guard], list[ScoredEpisode]] = {}
    for one in episodes:
        key = (one.episode.benchmark, one.episode.row, one.episode.guard)
        groups.setdefault(key, []).append(one)
    parts = [part for group in groups.values() for part in _parts(group)]
    columns = [_columns(part.episodes) for part in parts]
    named = [(BY_NAME[name], values) for column in columns for name, values in column.items()]
    figures = iter(intervals(named, seed))
    return [
        _summary(part, {name: next(figures) for name in column}, seed)
        for part, column in zip(parts, columns, strict=True)
    ]


def intervals(columns: Sequence[tuple[Metric, Sequence[float]]], seed: int = 0) -> list[Estimate]:
    """The means of metrics' values, one for each task.

    A count is no rate, even where each value is 0 or 1.
    """
    rates = [metric.is_rate and is_rate(values) for metric, values in columns]
    others = [values for (_, values), rate in zip(columns, rates, strict=True) if not rate]
    found = iter(bootstrap_means(others, seed))
    return [
        wilson(int(sum(values)), len(values)) if rate else next(found)
        for (_, values), rate in zip(columns, rates, strict=True)
    ]


def interval(metric: Metric, values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of one metric's values, as `intervals`."""
    return estimate(values, seed) if metric.is_rate else bootstrap_mean(values, seed)


def by_task(episodes: Iterable[ScoredEpisode], metric: str) -> dict[str, float]:
    """The figure of each task that has one: the mean over its samples."""
    found: dict[str, list[float]] = {}
    for one in episodes:
        if metric in one.figures:
            found.setdefault(one.episode.task_id, []).append(one.figures[metric])
    return {task: fmean(values) for task, values in found.items()}


def headings(
    summaries: Iterable[Summary] | None = None, *, costs: bool | None = None
) -> dict[str, str]:
    """Metrics' names and headings: those of which summaries have figures, or might have.

    With `costs` only those that say what an episode took, or only the others.
    """
    shown = None
    if summaries is not None:
        shown = {name for one in summaries for name in (*one.figures, *one.unavailable)}
    return {
        metric.name: metric.heading
        for metric in METRICS
        if (shown is None or metric.name in shown) and costs in (None, metric.is_cost)
    }


def cell(figure: Estimate | None, *, unavailable: bool = False) -> str:
    """A figure with its interval, or a dash, or that it cannot be had."""
    if figure is None:
        return UNAVAILABLE if unavailable else "–"
    digits = 2 if abs(figure.mean) < 100 else 0
    low, high = f"{figure.low:,.{digits}f}", f"{figure.high:,.{digits}f}"
    return f"{figure.mean:,.{digits}f} [{low}, {high}]"


def cells(summary: Summary, columns: Iterable[str]) -> list[str]:
    """A summary as the texts of a table's line, below the row, stratum, n and the columns."""
    stratum = "all" if summary.stratum is None else summary.stratum
    figures = [
        cell(summary.figures.get(name), unavailable=name in summary.unavailable) for name in columns
    ]
    return [summary.row, stratum, str(summary.n), *figures]


def pass_headings(summaries: Iterable[Summary]) -> dict[int, str]:
    """The columns of several samples: how often they are right, and whether one of k is."""
    counts = sorted({count for one in summaries for count in one.pass_at})
    most = max(counts, default=1)
    return {count: f"pass@{count}" if count > 1 else f"right, avg@{most}" for count in counts}


def unavailable_lines(summaries: Iterable[Summary]) -> list[str]:
    """Why metrics cannot be had, a line for each reason and row."""
    told = [
        f"Unavailable: {BY_NAME[name].heading} of {one.row} on {one.benchmark}: {reason}"
        for one in summaries
        if one.stratum is None
        for name, reason in one.unavailable.items()
    ]
    return list(dict.fromkeys(told))


def _current(judgement: Judgement | None, episode: EvalEpisode) -> Judgement | None:
    return judgement if judgement is not None and judgement.is_of(episode) else None


def _scored(
    episode: EvalEpisode,
    task: Task,
    benchmark: Benchmark,
    metrics: Iterable[Metric],
    known: Known,
) -> ScoredEpisode:
    figures, unavailable = {}, {}
    for metric in metrics:
        try:
            figure = metric.figure(task, episode.trajectory, known)
        except MetricUnavailable as error:
            unavailable[metric.name] = str(error)
            continue
        if figure is not None:
            figures[metric.name] = figure
    return ScoredEpisode(episode, benchmark.stratum_of(task), figures, unavailable)


def _parts(group: Sequence[ScoredEpisode]) -> list[_Part]:
    """All of them, and those of each stratum; of many strata the smallest ones together."""
    sizes = Counter(one.stratum for one in group if one.stratum)
    most = [name for name, _ in sizes.most_common(_STRATA)] if len(sizes) > _STRATA else list(sizes)
    parts = [_Part(name, [one for one in group if one.stratum == name]) for name in sorted(most)]
    others = [one for one in group if one.stratum and one.stratum not in most]
    return [_Part(None, group), *parts, *([_Part(OTHERS, others)] if others else [])]


def _columns(episodes: Sequence[ScoredEpisode]) -> dict[str, list[float]]:
    """The values of each metric, a task's once; of none that some episode cannot have."""
    lacking = {name for one in episodes for name in one.unavailable}
    names = dict.fromkeys(name for one in episodes for name in one.figures)
    return {
        metric.name: list(by_task(episodes, metric.name).values())
        for metric in METRICS
        if metric.name in names and metric.name not in lacking
    }


def _summary(part: _Part, figures: dict[str, Estimate], seed: int) -> Summary:
    first = part.episodes[0].episode
    rights = _rights(part.episodes)
    samples = max(map(len, rights.values()))
    return Summary(
        row=first.row,
        benchmark=first.benchmark,
        guard=first.guard,
        stratum=part.stratum,
        n=len(rights),
        samples=samples,
        figures=figures,
        unavailable=_reasons(part.episodes),
        pass_at=_pass_at(list(rights.values()), seed) if samples > 1 else {},
    )


def _rights(episodes: Iterable[ScoredEpisode]) -> dict[str, list[bool]]:
    """Of each task, which of its samples are right."""
    found: dict[str, list[bool]] = {}
    for one in episodes:
        found.setdefault(one.episode.task_id, []).append(one.is_right)
    return found


def _pass_at(rights: Sequence[Sequence[bool]], seed: int) -> dict[int, Estimate]:
    """For one try, and for as many as every task has samples."""
    tries = sorted({1, min(map(len, rights))})
    return {
        k: estimate([pass_at(k, len(samples), sum(samples)) for samples in rights], seed)
        for k in tries
    }


def _reasons(episodes: Sequence[ScoredEpisode]) -> dict[str, str]:
    """Of metrics that some episodes cannot have, how many and why."""
    found: dict[str, list[str]] = {}
    for one in episodes:
        for name, reason in one.unavailable.items():
            found.setdefault(name, []).append(reason)
    return {
        name: reasons[0]
        if len(reasons) == len(episodes)
        else f"for {len(reasons)} of {len(episodes)} episodes: {reasons[0]}"
        for name, reasons in found.items()
    }
