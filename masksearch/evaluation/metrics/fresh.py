"""Whether answers hold that change with time, as a model judges it."""

from typing import ClassVar

from masksearch.evaluation.metric import NOTHING_KNOWN, Known, Metric, MetricUnavailable
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.episodes import given_answer

UNJUDGED = "no judge has read these answers; `masksearch eval judge` has one read them"


class _Judged(Metric):
    rule: ClassVar[str]
    """The field of a judgement that says whether an answer is right."""

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """Of an episode that nobody has judged."""
        return self.figure(task, trajectory, NOTHING_KNOWN)

    def figure(self, task: Task, trajectory: Trajectory, known: Known) -> float | None:
        """0 or 1, for FreshQA's questions."""
        if not is_judged(task):
            return None
        if not given_answer(trajectory):
            return 0.0
        if known.judgement is None:
            raise MetricUnavailable(UNJUDGED)
        return float(getattr(known.judgement, self.rule))


class FreshRelaxed(_Judged):
    """1 where a model judges the main answer to be right, else 0; no answer is 0.

    FreshQA's relaxed evaluation (Vu et al. 2023, arXiv 2310.03214, section 2.2): a definite
    answer that is right when it stands alone; a false premise has to be pointed out; what is
    said beside it may be outdated or wrong unless it changes the answer. Judged by a prompt of
    our own (`fresh_judge`) against the answers of the imported file.
    """

    name = "fresh_relaxed"
    heading = "FreshQA relaxed"
    rule = "relaxed"


class FreshStrict(_Judged):
    """1 where a model judges all of an answer to be right and up to date, else 0; no answer is 0.

    FreshQA's strict evaluation (Vu et al. 2023, arXiv 2310.03214, section 2.2): as
    `fresh_relaxed`, and nothing else that is said may be wrong either, however small.
    """

    name = "fresh_strict"
    heading = "FreshQA strict"
    rule = "strict"


def is_judged(task: Task) -> bool:
    """Whether a question is one of FreshQA's, which says of each what it presumes."""
    return task.question is not None and task.question.false_premise is not None
