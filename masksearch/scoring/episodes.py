"""What of a whole episode can be scored, blank by blank."""

from __future__ import annotations

from collections.abc import Iterable

from masksearch.schemas import Hit, Prompt, Status, Task, Trajectory
from masksearch.scoring.blanks import exact_match
from masksearch.scoring.fills import fill_per_blank, fills
from masksearch.text import normalise


def fills_and_answers(task: Task, trajectory: Trajectory) -> list[tuple[str, tuple[str, ...]]]:
    """The fill of each blank with the accepted texts, in order.

    What is missing is "", what is too much is left out; an episode that was not answered
    has no fills.
    """
    answer = trajectory.answer if trajectory.status is Status.ANSWERED else ""
    return list(zip(fill_per_blank(task.prompt, answer), task.answers, strict=True))


def exact_matches(task: Task, trajectory: Trajectory) -> list[bool]:
    """Per blank, whether its fill is an accepted text."""
    return [exact_match(*pair) for pair in fills_and_answers(task, trajectory)]


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
