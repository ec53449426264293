"""Whether an answer is right."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, TaskKind, Trajectory
from masksearch.scoring.answers import answer_rule
from masksearch.scoring.episodes import exact_matches, fills_and_answers, has_parts


class ExactMatch(Metric):
    """The share of blanks whose fill is an accepted text after normalisation.

    A question has one blank, its whole answer: 1 where that is an accepted text, else 0.
    SQuAD's (Rajpurkar et al. 2016, arXiv 1606.05250). A question in English is normalised as
    HotpotQA's, 2WikiMultihopQA's and MuSiQue's scripts do: small letters, without ASCII
    punctuation, without a, an, the. A masked text, and a question in another language, is
    normalised as a reader would: characters of Chinese are tokens, forms of one character are
    the same, typographic punctuation goes, too. What is compared are the texts that the
    benchmark accepts, without further aliases (`em_alias`). Not for answers with parts.
    """

    name = "em"
    heading = "EM"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        if has_parts(task):
            return None
        if task.kind is TaskKind.RAMP:
            return fmean(exact_matches(task, trajectory))
        [(given, accepted)] = fills_and_answers(task, trajectory)
        return float(answer_rule(task).exact(given, accepted))
