"""Why a row's episodes are not right, as far as what is stored of them tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from enum import StrEnum

from masksearch.evaluation.episodes import EvalEpisode
from masksearch.evaluation.table import ScoredEpisode
from masksearch.schemas import Status, Task, Trajectory, Value
from masksearch.scoring.evidence import evidence_hits, titles_found

_WORST_BY = ("recall", "fanout_loose", "em", "evidence")


class Cluster(StrEnum):
    """What an episode that is not right failed at, the earliest step first."""

    BROKEN = "the episode broke off, by no word of the model's"
    FORMAT = "format: no answer that can be read"
    NO_SEARCH = "no search: it answered at once"
    SEARCH_FAILED = "search failed: no query brought anything back"
    UNREACHABLE = "its evidence is not in the corpus"
    WRONG_QUERY = "wrong query: what it found holds none of the evidence"
    MISSED = "evidence missed: what it found holds some of the evidence, not all"
    MISREAD = "evidence found and misread"
    UNKNOWN = "wrong, and what its evidence is, is not known"


class Failures(Value):
    """What spoilt episodes, how often, and which ones.

    `reasons` are those of episodes without a whole answer, `clusters` the tasks by what they
    failed at, most frequent first; `worst` are the episodes with the lowest figures.
    """

    right: int
    n: int
    reasons: dict[str, int]
    clusters: dict[Cluster, tuple[str, ...]]
    worst: tuple[EvalEpisode, ...]


def failures(
    episodes: Iterable[ScoredEpisode],
    tasks: Mapping[str, Task],
    limit: int = 10,
    answerable: Set[str] | None = None,
) -> Failures:
    """What spoilt a row's episodes, and the `limit` worst ones.

    `answerable` are the tasks whose evidence is in the corpus, where that was measured.
    """
    every = list(episodes)
    wrong = [one for one in every if not one.is_right]
    reasons = Counter(_reason(one.episode) for one in every if _is_spoilt(one))
    worst = sorted(every, key=lambda one: [one.figures.get(name, 0.0) for name in _WORST_BY])
    return Failures(
        right=len(every) - len(wrong),
        n=len(every),
        reasons=dict(reasons.most_common()),
        clusters=_clustered(wrong, tasks, answerable),
        worst=tuple(one.episode for one in worst[:limit]),
    )


def cluster_of(one: ScoredEpisode, task: Task, answerable: Set[str] | None = None) -> Cluster:
    """What an episode that is not right failed at."""
    ended = one.episode.trajectory
    if ended.status is Status.FAILED:
        return Cluster.BROKEN
    if _is_spoilt(one):
        return Cluster.FORMAT
    if not ended.turns:
        return Cluster.NO_SEARCH
    found = _by_evidence(task, ended) if ended.hits else Cluster.SEARCH_FAILED
    out_of_reach = answerable is not None and task.id not in answerable
    return Cluster.UNREACHABLE if out_of_reach and found is not Cluster.MISREAD else found


def _by_evidence(task: Task, ended: Trajectory) -> Cluster:
    """By the pages that a question needs, or else by where its answer stands."""
    answers = evidence_hits(task, ended.hits)
    found = titles_found(task, ended.hits) or answers
    if not found:
        return Cluster.UNKNOWN
    if all(found):
        return Cluster.MISREAD
    return Cluster.MISSED if any(found) or any(answers) else Cluster.WRONG_QUERY


def _clustered(
    wrong: Sequence[ScoredEpisode], tasks: Mapping[str, Task], answerable: Set[str] | None
) -> dict[Cluster, tuple[str, ...]]:
    found: dict[Cluster, list[str]] = {}
    for one in wrong:
        task = tasks[one.episode.task_id]
        found.setdefault(cluster_of(one, task, answerable), []).append(task.id)
    by_size = sorted(found.items(), key=lambda item: -len(item[1]))
    return {cluster: tuple(dict.fromkeys(ids)) for cluster, ids in by_size}


def _is_spoilt(one: ScoredEpisode) -> bool:
    if one.episode.trajectory.status is not Status.ANSWERED:
        return True
    return one.figures.get("format") == 0


def _reason(episode: EvalEpisode) -> str:
    ended = episode.trajectory
    if ended.status is Status.ANSWERED:
        return f"{ended.status}: not one fill for each blank"
    return f"{ended.status}: {ended.reason}" if ended.reason else ended.status.value
