"""How much an answer and the right one have in common."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, TaskKind, Trajectory
from masksearch.scoring.answers import answer_rule
from masksearch.scoring.blanks import token_f1
from masksearch.scoring.episodes import fills_and_answers, has_parts


class TokenF1(Metric):
    """The mean over blanks of 2 |given ∩ accepted| / (|given| + |accepted|), at its best.

    Tokens are counted as multisets; a question has one blank, its whole answer.
    SQuAD's F1 (Rajpurkar et al. 2016, arXiv 1606.05250), with tokens as for `em`. As in the
    scripts of HotpotQA and 2WikiMultihopQA, yes, no and noanswer are right as a whole or not
    at all; in MuSiQue's they are words as others are. Unlike recall it falls where an answer
    grows. Nothing is trained on it. Not for answers with parts.
    """

    name = "f1"
    heading = "token F1"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        if has_parts(task):
            return None
        if task.kind is TaskKind.RAMP:
            return fmean(token_f1(*pair) for pair in fills_and_answers(task, trajectory))
        [(given, accepted)] = fills_and_answers(task, trajectory)
        return answer_rule(task).f1(given, accepted)
