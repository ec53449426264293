"""What of a whole episode can be scored, blank by blank."""

from __future__ import annotations

from masksearch.schemas import Prompt, Status, Task, Trajectory
from masksearch.scoring.blanks import exact_match
from masksearch.scoring.fills import fill_per_blank, fills


def fills_and_answers(task: Task, trajectory: Trajectory) -> list[tuple[str, tuple[str, ...]]]:
    """The fill of each blank with the accepted texts, in order.

    What is missing is "", what is too much is left out; an episode that was not answered
    has no fills.
    """
    fills_given = fill_per_blank(task.prompt, given_answer(trajectory))
    return list(zip(fills_given, task.answers, strict=True))


def given_answer(trajectory: Trajectory) -> str:
    """The whole answer; "" where the episode did not end in one."""
    return trajectory.answer if trajectory.status is Status.ANSWERED else ""


def exact_matches(task: Task, trajectory: Trajectory) -> list[bool]:
    """Per blank, whether its fill is an accepted text."""
    return [exact_match(*pair) for pair in fills_and_answers(task, trajectory)]


def format_right(prompt: Prompt, trajectory: Trajectory) -> bool:
    """Whether the episode ended in an answer with as many fills as there are blanks."""
    if trajectory.status is not Status.ANSWERED:
        return False
    return sum(map(bool, fills(prompt, trajectory.answer))) == prompt.num_answers


def has_parts(task: Task) -> bool:
    """Whether the answer to a question has parts, all of which are wanted."""
    return bool(task.question and task.question.structure)


def every_accepted(task: Task) -> tuple[str, ...]:
    """The accepted texts of a question's answer and its further names."""
    return (*task.answers[0], *(task.question.aliases if task.question else ()))
