"""What an episode took."""

from masksearch.evaluation.metric import NOTHING_KNOWN, Known, Metric, MetricUnavailable
from masksearch.schemas import Status, Task, Trajectory, Usage


class _Cost(Metric):
    is_rate = False
    is_cost = True
    needs_answer = False


class InvalidTurns(_Cost):
    """The number of turns that could not be read.

    The last one of a malformed episode, and those after which an episode went on without a
    query.
    """

    name = "invalid"
    heading = "invalid turns"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 and more."""
        unread = sum(not turn.queries for turn in trajectory.turns)
        return float(unread + (trajectory.status is Status.MALFORMED))


class TokensUsed(_Cost):
    """The tokens that the model read and wrote, over all calls of an episode.

    What stands in a prompt is counted again at every turn, as endpoints bill it.
    """

    name = "tokens"
    heading = "tokens"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 and more; None where no model was asked."""
        used = _usage(trajectory)
        return float(used.prompt_tokens + used.completion_tokens) or None


class Seconds(_Cost):
    """The seconds that an episode waited in its search turns: for the model's words, and for hits.

    The call that answers is not among them, nor is what else was worked on meanwhile taken
    off: the wall time of many episodes at once is less than their sum.
    """

    name = "seconds"
    heading = "seconds searching"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 and more; None where nobody measured any."""
        spent = sum(turn.model_seconds + turn.search_seconds for turn in trajectory.turns)
        return spent or None


class Money(_Cost):
    """Dollars: tokens read and written, times the endpoint's prices for a million of each.

    The prices are those of `MASKSEARCH_NAME_USD_PER_MILLION_INPUT` and `…_OUTPUT`; what an
    endpoint takes off for cached prompts is not known and not counted.
    """

    name = "usd"
    heading = "dollars"

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """Of an episode of which no price is known."""
        return self.figure(task, trajectory, NOTHING_KNOWN)

    def figure(self, task: Task, trajectory: Trajectory, known: Known) -> float | None:
        """0 and more; None for a model that is not paid by tokens."""
        if known.prices is None:
            return None
        if known.prices.unknown:
            raise MetricUnavailable(known.prices.unknown)
        return known.prices.of(_usage(trajectory))


def _usage(trajectory: Trajectory) -> Usage:
    return sum((turn.usage for turn in trajectory.turns), trajectory.final_usage)
