"""How much of the right answers an answer holds."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.blanks import token_recall
from masksearch.scoring.episodes import fills_and_answers


class TokenRecall(Metric):
    """The mean over blanks of |fill ∩ answer| / |answer|, in multisets of normalised tokens.

    The measure of MaskSearch (arXiv 2505.20285), as FlashRAG has it: of several accepted texts
    the best counts, and yes, no and noanswer are right as a whole or not at all. A question has
    one blank, its whole answer, however long; a fill of a masked text is cut to 12 tokens.
    Characters of Chinese are tokens. It rises with the length of an answer: read `f1` beside it.
    """

    name = "recall"
    heading = "token recall"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        return fmean(token_recall(*pair) for pair in fills_and_answers(task, trajectory))
