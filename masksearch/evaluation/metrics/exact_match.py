"""Whether an answer is right."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.episodes import exact_matches


class ExactMatch(Metric):
    """The share of blanks whose fill is an accepted text after SQuAD's normalisation.

    Rajpurkar et al. 2016 (arXiv 1606.05250).
    """

    name = "em"
    heading = "EM"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        return fmean(exact_matches(task, trajectory))
