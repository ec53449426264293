"""Whether an episode ended in an answer as it is wanted."""

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.episodes import format_right


class Format(Metric):
    """1 where every turn parses and the last is an answer with one fill per blank, else 0.

    The format part of the rewards of Search-R1 and MaskSearch (arXiv 2505.20285).
    """

    name = "format"
    heading = "format"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 or 1."""
        return float(format_right(task.prompt, trajectory))
