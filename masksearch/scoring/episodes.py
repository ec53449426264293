"""What a whole episode is worth."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from masksearch.schemas import Hit, Prompt, Status, Task, Trajectory, Value
from masksearch.scoring.blanks import exact_match, token_f1, token_recall
from masksearch.scoring.fills import fill_per_blank, fills
from masksearch.text import normalise


class Score(Value):
    """An episode's figures; those of several blanks are means, the parts per blank follow.

    `searches` counts search turns.
    """

    format: bool
    em: float
    recall: float
    evidence: float
    searches: int
    blank_em: tuple[bool, ...]
    blank_recall: tuple[float, ...]
    blank_evidence: tuple[bool, ...]


def score(task: Task, trajectory: Trajectory) -> Score:
    """Score an episode against its task's answers.

    An episode that was not answered earns nothing for its answer, but its searches still
    count for the evidence. Fills are taken in order: what is missing earns nothing, what
    is too much is left out, and either makes the format wrong.
    """
    pairs = _fills_and_answers(task, trajectory)
    em = tuple(exact_match(fill, aliases) for fill, aliases in pairs)
    recall = tuple(token_recall(fill, aliases) for fill, aliases in pairs)
    evidence = tuple(evidence_hits(task, trajectory.hits))
    return Score(
        format=format_right(task.prompt, trajectory),
        em=sum(em) / len(em),
        recall=sum(recall) / len(recall),
        evidence=sum(evidence) / len(evidence),
        searches=len(trajectory.turns),
        blank_em=em,
        blank_recall=recall,
        blank_evidence=evidence,
    )


def answer_f1(task: Task, trajectory: Trajectory) -> float:
    """The mean token F1 of the blanks, 0 to 1; taken as in `score`."""
    return fmean(token_f1(fill, aliases) for fill, aliases in _fills_and_answers(task, trajectory))


def _fills_and_answers(task: Task, trajectory: Trajectory) -> list[tuple[str, tuple[str, ...]]]:
    answer = trajectory.answer if trajectory.status is Status.ANSWERED else ""
    return list(zip(fill_per_blank(task.prompt, answer), task.answers, strict=True))


def format_right(prompt: Prompt, trajectory: Trajectory) -> bool:
    """Whether the episode ended in an answer with as many fills as there are blanks."""
    if trajectory.status is not Status.ANSWERED:
        return False
    return sum(map(bool, fills(prompt, trajectory.answer))) == prompt.num_answers


def evidence_hits(task: Task, hits: Iterable[Hit]) -> list[bool]:
    """Per blank, whether an accepted text stands as whole tokens in a hit's title or text."""
    shown = {f" {normalise(part)} " for hit in hits for part in (hit.title, hit.text)}
    return [
        any(
            f" {gold} " in text for alias in aliases if (gold := normalise(alias)) for text in shown
        )
        for aliases in task.answers
    ]
