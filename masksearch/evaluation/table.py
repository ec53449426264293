"""The figures of an evaluation: summaries per row, guard and `num_masks`, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from masksearch.evaluation.rows import CONTEXT_AS_QUERY
from masksearch.evaluation.runner import EPISODES, EvalEpisode, read_episodes
from masksearch.evaluation.statistics import Estimate, bootstrap_mean, estimate, paired_difference
from masksearch.schemas import Guard, Status, Value
from masksearch.store import write_json

SUMMARY = "summary.json"


class Metric(StrEnum):
    """The figures of a table, in the order of its columns."""

    FORMAT = "format"
    EVIDENCE = "evidence"
    RECALL = "recall"
    EM = "em"
    SEARCHES = "searches"


HEADINGS = {
    Metric.FORMAT: "format",
    Metric.EVIDENCE: "evidence hit",
    Metric.RECALL: "token recall",
    Metric.EM: "EM",
    Metric.SEARCHES: "searches",
}
_SEARCH_METRICS = (Metric.EVIDENCE, Metric.SEARCHES)


class Summary(Value):
    """A line of a table; `num_masks` is None over all. Rows that never answer lack figures."""

    row: str
    guard: Guard
    num_masks: int | None
    n: int
    figures: dict[Metric, Estimate]


class Difference(Value):
    """`left` minus `right` on the tasks that both have."""

    left: str
    right: str
    guard: Guard
    metric: Metric
    estimate: Estimate


class Failures(Value):
    """How often each reason spoilt an episode's format, and the lowest scores."""

    reasons: dict[str, int]
    worst: tuple[EvalEpisode, ...]


def value(episode: EvalEpisode, metric: Metric) -> float:
    """An episode's figure."""
    return float(getattr(episode.score, metric.value))


def summarise(episodes: Iterable[EvalEpisode], seed: int = 0) -> list[Summary]:
    """A summary per row and guard over all tasks, and one per `num_masks` after it."""
    groups: dict[tuple[str, Guard], list[EvalEpisode]] = {}
    for episode in episodes:
        groups.setdefault((episode.row, episode.guard), []).append(episode)
    return [summary for group in groups.values() for summary in _summaries(group, seed)]


def compare(
    left: Iterable[EvalEpisode],
    right: Iterable[EvalEpisode],
    metric: Metric,
    guard: Guard,
    seed: int = 0,
) -> Difference | None:
    """The paired difference of two rows under a guard; None when no task is in both."""
    ours = {e.task_id: e for e in left if e.guard is guard}
    theirs = {e.task_id: e for e in right if e.guard is guard}
    common = [task_id for task_id in ours if task_id in theirs]
    if not common:
        return None
    pairs = [(ours[task_id], theirs[task_id]) for task_id in common]
    return Difference(
        left=pairs[0][0].row,
        right=pairs[0][1].row,
        guard=guard,
        metric=metric,
        estimate=paired_difference(
            [value(a, metric) for a, _ in pairs], [value(b, metric) for _, b in pairs], seed
        ),
    )


def failures(episodes: Iterable[EvalEpisode], limit: int = 10) -> Failures:
    """What spoilt the format, most frequent first, and the `limit` lowest scores."""
    every = list(episodes)
    reasons = Counter(_reason(episode) for episode in every if not episode.score.format)
    worst = sorted(every, key=lambda e: (e.score.recall, e.score.em, e.score.evidence))
    return Failures(reasons=dict(reasons.most_common()), worst=tuple(worst[:limit]))


def summarise_row(folder: Path, seed: int = 0) -> list[Summary]:
    """Summarise a row's `episodes.jsonl` and write its `summary.json` beside it."""
    summaries = summarise(read_episodes(folder / EPISODES), seed)
    write_json(folder / SUMMARY, [summary.model_dump(mode="json") for summary in summaries])
    return summaries


def markdown(summaries: Sequence[Summary]) -> str:
    """One Markdown table per guard, in the order of the summaries."""
    guards = list(dict.fromkeys(summary.guard for summary in summaries))
    return "\n\n".join(_guard_table(guard, summaries) for guard in guards)


def cell(figure: Estimate | None) -> str:
    """A figure with its interval, or a dash."""
    if figure is None:
        return "–"
    return f"{figure.mean:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _guard_table(guard: Guard, summaries: Sequence[Summary]) -> str:
    heads = ["row", "num_masks", "n", *HEADINGS.values()]
    lines = [f"Guard `{guard}`", "", _line(heads), _line(["---"] * len(heads))]
    lines += [_line(cells(summary)) for summary in summaries if summary.guard is guard]
    return "\n".join(lines)


def cells(summary: Summary) -> list[str]:
    """A summary as the texts of a table's line, below `row num_masks n` and the headings."""
    masks = "all" if summary.num_masks is None else str(summary.num_masks)
    figures = [cell(summary.figures.get(metric)) for metric in HEADINGS]
    return [summary.row, masks, str(summary.n), *figures]


def _line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def _summaries(group: Sequence[EvalEpisode], seed: int) -> list[Summary]:
    kinds = sorted({episode.num_masks for episode in group})
    parts = {kind: [e for e in group if e.num_masks == kind] for kind in kinds}
    return [_summary(group, None, seed)] + [_summary(parts[k], k, seed) for k in kinds]


def _summary(group: Sequence[EvalEpisode], num_masks: int | None, seed: int) -> Summary:
    row = group[0].row
    metrics = _SEARCH_METRICS if row == CONTEXT_AS_QUERY else tuple(Metric)
    return Summary(
        row=row,
        guard=group[0].guard,
        num_masks=num_masks,
        n=len(group),
        figures={m: _figure([value(e, m) for e in group], m, seed) for m in metrics},
    )


def _figure(values: Sequence[float], metric: Metric, seed: int) -> Estimate:
    """Searches are counts, not rates, even where each task took one or none."""
    return bootstrap_mean(values, seed) if metric is Metric.SEARCHES else estimate(values, seed)


def _reason(episode: EvalEpisode) -> str:
    ended = episode.trajectory
    if ended.status is Status.ANSWERED:
        return f"{ended.status}: not one fill for each blank"
    return f"{ended.status}: {ended.reason}" if ended.reason else ended.status.value
