"""How much of an answer with parts was given."""

from masksearch.errors import ModelError
from masksearch.evaluation.metric import Metric, MetricUnavailable
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.episodes import given_answer
from masksearch.scoring.parts import Parts, lemmas, parts_found


class PartsLoose(Metric):
    """The share of the parts of an answer, names and values alike, that stand in what was answered.

    FanOutQA's loose accuracy (Zhu et al. 2024, arXiv 2402.14116), as `fanoutqa/eval/string.py`
    counts it: between borders of words, after encoding is mended (ftfy), 1,000 is 1000, words
    are lemmas (spaCy's en_core_web_sm) and `,.?!:;` is gone. No answer is 0.
    """

    name = "fanout_loose"
    heading = "FanOutQA loose"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1, for questions whose answer has parts."""
        return found.share if (found := _found(task, trajectory)) else None


class PartsStrict(Metric):
    """1 where all parts of an answer, names and values, stand in what was answered, else 0.

    FanOutQA's strict accuracy: a loose one of 1 (`fanout_loose`).
    """

    name = "fanout_strict"
    heading = "FanOutQA strict"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 or 1, for questions whose answer has parts."""
        return float(found.every) if (found := _found(task, trajectory)) else None


def _found(task: Task, trajectory: Trajectory) -> Parts | None:
    if task.question is None or not task.question.structure:
        return None
    try:
        normalise = lemmas()
    except ModelError as error:
        raise MetricUnavailable(str(error)) from error
    if not (answer := given_answer(trajectory)):
        return Parts(0.0, every=False)
    return parts_found(task.question.structure, answer, normalise)
