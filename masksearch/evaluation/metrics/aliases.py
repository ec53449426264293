"""EM and F1 where further names of the answer count, too."""

from collections.abc import Iterable

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, TaskKind, Trajectory
from masksearch.scoring.answers import answer_rule
from masksearch.scoring.episodes import every_accepted, given_answer, has_parts


class _WithAliases(Metric):
    def is_of(self, tasks: Iterable[Task]) -> bool:
        """Where a question has further names for its answer."""
        return any(task.question is not None and task.question.aliases for task in tasks)


class AliasExactMatch(_WithAliases):
    """1 where the whole answer is an accepted text or an alias after normalisation, else 0.

    `em` over the answer and its aliases, such as those of Wikidata that 2WikiMultihopQA
    comes with (`2wikimultihop_evaluate_v1.1.py`); of questions without aliases it is `em`.
    """

    name = "em_alias"
    heading = "EM aliases"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 or 1."""
        if task.kind is TaskKind.RAMP or has_parts(task):
            return None
        return float(answer_rule(task).exact(given_answer(trajectory), every_accepted(task)))


class AliasF1(_WithAliases):
    """`f1` over the answer and its aliases: the best of all of them.

    As `2wikimultihop_evaluate_v1.1.py` takes Wikidata's aliases.
    """

    name = "f1_alias"
    heading = "F1 aliases"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        if task.kind is TaskKind.RAMP or has_parts(task):
            return None
        return answer_rule(task).f1(given_answer(trajectory), every_accepted(task))
