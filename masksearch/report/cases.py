"""The same tasks as they were solved before and after training, picked to tell something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from masksearch.evaluation.runner import EvalEpisode
from masksearch.report.evidence import Piece, blanks, marked
from masksearch.schemas import Guard, Hit, Status, Task, Turn, page_of
from masksearch.scoring.fills import fill_per_blank

Group: TypeAlias = tuple[EvalEpisode, ...]
"""The episodes of one task under one guard, in the order of learning."""


class Passage(NamedTuple):
    """A hit with the answers marked that stand in it."""

    hit: Hit
    page: str
    text: tuple[Piece, ...]


class Step(NamedTuple):
    """A turn as it is shown."""

    turn: Turn
    hits: tuple[Passage, ...]


class Fill(NamedTuple):
    """What was given for a blank, what would have been right, and whether it was."""

    given: str
    gold: str
    right: bool


class Try(NamedTuple):
    """One row's episode of the task."""

    row: str
    episode: EvalEpisode
    steps: tuple[Step, ...]
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
        return own | {p.page for tried in self.tries for step in tried.steps for p in step.hits}


def groups(episodes: Mapping[str, Sequence[EvalEpisode]], learners: Sequence[str]) -> list[Group]:
    """The tasks that all learners there are have tried, under the first guard they share."""
    there = [name for name in learners if episodes.get(name)]
    by_key = [{episode.key: episode for episode in episodes[name]} for name in there]
    shared = [key for key in by_key[0] if all(key in row for row in by_key)] if by_key else []
    found = [tuple(row[key] for row in by_key) for key in shared]
    guard = next((g for g in Guard if any(group[0].guard is g for group in found)), None)
    return [group for group in found if group[0].guard is guard]


def picked(found: Sequence[Group], most: int = 3) -> list[Group]:
    """The clearest gain, one that still fails, and the clearest gains of other kinds."""
    gains = sorted(found, key=_telling, reverse=True)
    failing = sorted((g for g in found if g[-1].score.em < 1), key=_instructive, reverse=True)
    other_kind = [g for g in gains[1:] if g[0].num_masks != gains[0][0].num_masks]
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
    first, last = group[0].score, group[-1].score
    return last.em - first.em, last.recall, -_length(group)


def _instructive(group: Group) -> tuple[bool, bool, float, int]:
    """A failure with a whole answer first, and whose searches had found the evidence."""
    last = group[-1]
    answered = last.trajectory.status is Status.ANSWERED
    return answered, last.score.em == 0, last.score.evidence, -_length(group)


def _length(group: Group) -> int:
    return sum(
        len(e.trajectory.final_thought)
        + len(e.trajectory.malformed_text)
        + sum(len(t.thought) + sum(len(h.text) for h in t.hits) for t in e.trajectory.turns)
        for e in group
    )


def _label(group: Group) -> str:
    first, last = group[0].score.em, group[-1].score.em
    if len(group) == 1:
        return "Right" if last == 1 else "Wrong" if last == 0 else "Right in part"
    if last == 1:
        return "Right before and after" if first == 1 else "Learnt: right only after training"
    if last < first:
        return "Unlearnt: better before training"
    return "Still wrong" if last == 0 else "Still right only in part"


def _try(episode: EvalEpisode, task: Task) -> Try:
    steps = tuple(_step(turn, task) for turn in episode.trajectory.turns)
    return Try(episode.row, episode, steps, tuple(_fills(episode, task)))


def _step(turn: Turn, task: Task) -> Step:
    shown = (
        Passage(hit, page_of(hit.id), tuple(marked(hit.text, task.answers))) for hit in turn.hits
    )
    return Step(turn, tuple(shown))


def _fills(episode: EvalEpisode, task: Task) -> list[Fill]:
    trajectory = episode.trajectory
    answer = trajectory.answer if trajectory.status is Status.ANSWERED else ""
    given = fill_per_blank(task.prompt, answer)
    triples = zip(given, task.answers, episode.score.blank_em, strict=True)
    return [Fill(fill, aliases[0], right) for fill, aliases, right in triples]
