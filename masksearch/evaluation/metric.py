"""What a figure of an evaluation is: computed from what is stored of an episode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from masksearch.evaluation.judgements import Judgement
from masksearch.evaluation.prices import Prices
from masksearch.schemas import Task, Trajectory


class MetricUnavailable(Exception):
    """Why a figure cannot be had at present, though it means something for an episode."""


class Known(NamedTuple):
    """What is known of an episode beside itself: who judged it, and what its model costs."""

    judgement: Judgement | None = None
    prices: Prices | None = None


NOTHING_KNOWN = Known()


class Metric(ABC):
    """A figure of one episode; a table shows its mean with an interval.

    Nothing is stored of it beside the episode, so that a new metric needs no new run. Its
    docstring says the formula and its source.
    """

    name: ClassVar[str]
    """Its key in JSON."""
    heading: ClassVar[str]
    """Its column in a table."""
    is_rate: ClassVar[bool] = True
    """Whether it is a share, 0 to 1, rather than a count; which decides on the interval."""
    needs_answer: ClassVar[bool] = True
    """Whether it means nothing for a row that only searches."""
    is_cost: ClassVar[bool] = False
    """Whether it says what an episode took rather than what came of it; shown apart."""

    def is_of(self, tasks: Iterable[Task]) -> bool:
        """Whether it says anything of these tasks that no other metric says."""
        return True

    @abstractmethod
    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """The figure of an episode of a task; None where it does not apply.

        Raises MetricUnavailable where it applies and cannot be had.
        """

    def figure(self, task: Task, trajectory: Trajectory, known: Known) -> float | None:
        """The same with what is known beside the episode, which few metrics need."""
        return self.value(task, trajectory)
