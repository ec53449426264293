"""How often an episode searched."""

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory


class Searches(Metric):
    """The number of search turns; a turn may hold several queries.

    A count, so that its interval is the bootstrap's even where each task took one or none.
    """

    name = "searches"
    heading = "searches"
    is_rate = False
    needs_answer = False

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 and more."""
        return float(sum(bool(turn.queries) for turn in trajectory.turns))
