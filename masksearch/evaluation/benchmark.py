"""What a benchmark is: tasks with known answers that rows are evaluated on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from masksearch.config import EvalConfig
from masksearch.schemas import Task

if TYPE_CHECKING:
    from masksearch.evaluation.metric import Metric
    from masksearch.manifest import Stage
    from masksearch.run_folder import RunFolder


class Benchmark(ABC):
    """Tasks, which of them are taken, and how they are grouped; masked texts or questions."""

    name: str
    explanation: str
    """What a reader of its table must know."""
    stratum: str = "part"
    """The column that says which part of the tasks a line is about."""

    @abstractmethod
    def tasks(self, run: RunFolder) -> Iterable[Task]:
        """All of its tasks, always in the same order; raises StoreError where there are none."""

    @abstractmethod
    def inputs(self, run: RunFolder) -> Mapping[str, str | Stage]:
        """What its tasks are made of, by stage, hash or path: when it changes, episodes are stale."""

    def check(self, run: RunFolder) -> None:
        """Raises ConfigError where a run cannot have it."""
        return

    def limit(self, settings: EvalConfig, *, is_baseline: bool) -> int | None:
        """How many of its tasks a row is given; None is all of them."""
        return settings.questions

    def pick(self, tasks: Sequence[Task], n: int | None, num_masks: Sequence[int]) -> list[Task]:
        """`n` of the tasks, the same ones each time: the first ones, or all where there are fewer.

        `num_masks` are the numbers of masks that the recipe makes tasks with.
        """
        return list(tasks[:n])

    def stratum_of(self, task: Task) -> str:
        """The part that a task belongs to; empty where there are no parts."""
        return ""

    def measures(self, metric: Metric) -> bool:
        """Whether a metric means something for its tasks."""
        return True
