"""Whether the right answer stands in what was answered."""

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, TaskKind, Trajectory
from masksearch.scoring.answers import stands_in
from masksearch.scoring.episodes import given_answer, has_parts


class Contained(Metric):
    """1 where an accepted text stands in the answer to a question as whole tokens, else 0.

    Elsewhere called containment, cover match or sub-EM, and sometimes EM, which it is not: an
    answer that names everything has it. Of yes and no, one has to stand there without the
    other. Tokens are those of `recall`. Not for answers with parts.
    """

    name = "contained"
    heading = "contained"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 or 1."""
        if task.kind is TaskKind.RAMP or has_parts(task):
            return None
        return float(stands_in(given_answer(trajectory), task.answers[0]))
