"""RAMP's held-out tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from masksearch.config import EvalConfig
from masksearch.errors import InputError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.manifest import Stage
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.stages import HELDOUT, TASKS


class RampHeldout(Benchmark):
    """Masked texts from pages that no training task was made from."""

    name = "ramp"
    explanation = "Held-out tasks, from pages never trained on; means with 95 % intervals."
    stratum = "num_masks"

    def tasks(self, run: RunFolder) -> Iterator[Task]:
        """In file order; raises StoreError before `ramp build`."""
        return run.tasks(HELDOUT)

    def inputs(self, run: RunFolder) -> Mapping[str, str | Stage]:
        """The stage that made them."""
        return {"tasks": run.finished(TASKS)}

    def limit(self, settings: EvalConfig, *, is_baseline: bool) -> int | None:
        """As many as the recipe says, fewer for the trivial rows."""
        return settings.other_tasks if is_baseline else settings.tasks

    def pick(self, tasks: Sequence[Task], n: int | None, num_masks: Sequence[int]) -> list[Task]:
        """`n` tasks, the same number of each of `num_masks`, the first ones in file order.

        What does not divide evenly is left out. Raises InputError when there are too few.
        """
        if n is None:
            return list(tasks)
        wanted = dict.fromkeys(num_masks)
        share = n // len(wanted) if wanted else 0
        if not share:
            raise InputError(f"{n} tasks cannot be shared among num_masks {list(wanted)}")
        taken: Counter[int] = Counter()
        picked = []
        for task in tasks:
            if task.num_masks in wanted and taken[task.num_masks] < share:
                taken[task.num_masks] += 1
                picked.append(task)
        if short := {masks: taken[masks] for masks in wanted if taken[masks] < share}:
            raise InputError(_too_few(share, short))
        return picked

    def stratum_of(self, task: Task) -> str:
        """Its number of masks."""
        return str(task.num_masks)


def _too_few(share: int, short: Mapping[int, int]) -> str:
    have = ", ".join(f"{count} with num_masks {masks}" for masks, count in short.items())
    return (
        f"too few held-out tasks: {share} of each num_masks are wanted, there are {have}; "
        "ask for fewer with --limit, or build more tasks"
    )
