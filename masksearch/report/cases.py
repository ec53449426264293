"""The same tasks as they were solved before and after training, picked to tell something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from masksearch.evaluation.table import ScoredEpisode
from masksearch.report.evidence import Piece, blanks, marked
from masksearch.schemas import Guard, Hit, Status, Task, Trajectory, Turn, page_of
from masksearch.scoring.blanks import exact_match
from masksearch.scoring.episodes import fills_and_answers

Group: TypeAlias = tuple[ScoredEpisode, ...]
"""The episodes of one task under one guard, in the order of learning."""


class MarkedHit(NamedTuple):
    """A hit with the answers marked that stand in it."""

    hit: Hit
    page: str
    text: tuple[Piece, ...]


class ShownTurn(NamedTuple):
    """A turn as it is shown."""

    turn: Turn
    hits: tuple[MarkedHit, ...]


class Fill(NamedTuple):
    """What was given for a blank, what would have been right, and whether it was."""

    given: str
    gold: str
    right: bool


class Try(NamedTuple):
    """One row's episode of the task."""

    row: str
    exact: float
    """The share of blanks that are right."""
    trajectory: Trajectory
    turns: tuple[ShownTurn, ...]
    fills: tuple[Fill, ...]


class Case(NamedTuple):
    """A task, what it shows, and every try at it."""

    label: str
    task: Task
    text: tuple[Piece, ...]
    tries: tuple[Try, ...]

    @property
    def pages(self) -> set[str]:
        """The documents that it quotes."""
        own = {page_of(self.task.lineage.passage_id)} if self.task.lineage else set()
        return own | {p.page for tried in self.tries for turn in tried.turns for p in turn.hits}


def groups(episodes: Mapping[str, Sequence[ScoredEpisode]], learners: Sequence[str]) -> list[Group]:
    """The tasks that all learners there are have tried, under the first guard they share."""
    there = [name for name in learners if episodes.get(name)]
    by_key = [{one.episode.key: one for one in episodes[name]} for name in there]
    shared = [key for key in by_key[0] if all(key in row for row in by_key)] if by_key else []
    found = [tuple(row[key] for row in by_key) for key in shared]
    guard = next((g for g in Guard if any(group[0].episode.guard is g for group in found)), None)
    return [group for group in found if group[0].episode.guard is guard]


def picked(found: Sequence[Group], most: int = 3) -> list[Group]:
    """The clearest gain, one that still fails, and the clearest gains of other kinds."""
    gains = sorted(found, key=_telling, reverse=True)
    failing = sorted((g for g in found if _exact(g[-1]) < 1), key=_instructive, reverse=True)
    other_kind = [g for g in gains[1:] if g[0].stratum != gains[0][0].stratum]
    chosen: list[Group] = []
    for group in [*gains[:1], *failing[:1], *other_kind[:1], *gains[1:]]:
        if group not in chosen:
            chosen.append(group)
    return chosen[:most]


def case(group: Group, task: Task) -> Case:
    """A task with its tries, ready to be shown."""
    return Case(
        _label(group),
        task,
        tuple(blanks(task.prompt.text)),
        tuple(_try(one, task) for one in group),
    )


def _telling(group: Group) -> tuple[float, float, int]:
    """The clearest gain first, then the shorter text."""
    first, last = group[0], group[-1]
    return _exact(last) - _exact(first), last.figures.get("recall", 0.0), -_length(group)


def _instructive(group: Group) -> tuple[bool, bool, float, int]:
    """A failure with a whole answer first, and whose searches had found the evidence."""
    last = group[-1]
    answered = last.episode.trajectory.status is Status.ANSWERED
    return answered, _exact(last) == 0, last.figures.get("evidence", 0.0), -_length(group)


def _exact(one: ScoredEpisode) -> float:
    return one.figures.get("em", 0.0)


def _length(group: Group) -> int:
    return sum(_shown_length(one.episode.trajectory) for one in group)


def _shown_length(episode: Trajectory) -> int:
    turns = sum(len(t.thought) + sum(len(h.text) for h in t.hits) for t in episode.turns)
    return len(episode.final_thought) + len(episode.malformed_text) + turns


def _label(group: Group) -> str:
    first, last = _exact(group[0]), _exact(group[-1])
    if len(group) == 1:
        return "Right" if last == 1 else "Wrong" if last == 0 else "Right in part"
    if last == 1:
        return "Right before and after" if first == 1 else "Learnt: right only after training"
    if last < first:
        return "Unlearnt: better before training"
    return "Still wrong" if last == 0 else "Still right only in part"


def _try(one: ScoredEpisode, task: Task) -> Try:
    trajectory = one.episode.trajectory
    turns = tuple(_shown(turn, task) for turn in trajectory.turns)
    return Try(one.episode.row, _exact(one), trajectory, turns, tuple(_fills(trajectory, task)))


def _shown(turn: Turn, task: Task) -> ShownTurn:
    shown = (
        MarkedHit(hit, page_of(hit.id), tuple(marked(hit.text, task.answers))) for hit in turn.hits
    )
    return ShownTurn(turn, tuple(shown))


def _fills(trajectory: Trajectory, task: Task) -> list[Fill]:
    return [
        Fill(given, aliases[0], exact_match(given, aliases))
        for given, aliases in fills_and_answers(task, trajectory)
    ]
