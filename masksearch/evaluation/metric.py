"""What a figure of an evaluation is: computed from what is stored of an episode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from masksearch.schemas import Task, Trajectory


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

    @abstractmethod
    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """The figure of an episode of a task; None where it does not apply."""
