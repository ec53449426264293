"""How much an answer and the right one have in common."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.blanks import token_f1
from masksearch.scoring.episodes import fills_and_answers


class TokenF1(Metric):
    """The mean over blanks of 2 |fill ∩ answer| / (|fill| + |answer|), in multisets of tokens.

    SQuAD's F1 (Rajpurkar et al. 2016, arXiv 1606.05250): unlike recall, it falls
    where an answer grows. Nothing is trained on it.
    """

    name = "f1"
    heading = "token F1"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        return fmean(token_f1(*pair) for pair in fills_and_answers(task, trajectory))
