"""A set of imported questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from masksearch.containment import is_plain_name
from masksearch.errors import ConfigError, StoreError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.manifest import Stage
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.schemas.questions import DEV, SPLITS, TEST, TRAIN
from masksearch.stages import QUESTIONS

_OF_SPLIT = ":"
_SEEN = (
    " WARNING: a training split; what a model may have learnt from says nothing of new questions."
)


class QuestionSet(Benchmark):
    """One split of a set: `dev` unless named, or `test` where there is no `dev`."""

    stratum = "type"

    def __init__(self, name: str) -> None:
        """`name` is a set's, or `SET:SPLIT`; raises ConfigError for what is neither."""
        self.name = name
        self.set, _, self._split = name.partition(_OF_SPLIT)
        self.explanation = (
            f"Questions of {name}; means with 95 % intervals."
            f"{_SEEN if self._split == TRAIN else ''}"
        )
        if not is_plain_name(self.set) or self._split not in ("", *SPLITS):
            raise ConfigError(
                f"no benchmark {name!r}: name an imported set, or SET:SPLIT with a split of "
                f"{', '.join(SPLITS)}"
            )

    def split(self, run: RunFolder) -> str:
        """The split that is evaluated; raises StoreError where the set has none such."""
        there = [split for split in SPLITS if self._stage(run).counts.splits.get(split)]
        wanted = [self._split] if self._split else [DEV, TEST]
        if found := [split for split in wanted if split in there]:
            return found[0]
        raise StoreError(
            f"the set {self.set} has no {' or '.join(wanted)} questions to evaluate on; "
            f"it has: {', '.join(there) or 'none'}"
        )

    def tasks(self, run: RunFolder) -> Iterator[Task]:
        """In file order; raises StoreError before `questions import`."""
        return run.questions(self.set, self.split(run))

    def inputs(self, run: RunFolder) -> Mapping[str, str | Stage]:
        """The set."""
        return {"questions": self._stage(run)}

    def stratum_of(self, task: Task) -> str:
        """The kind of question that its benchmark calls it."""
        return task.question.type if task.question else ""

    def check(self, run: RunFolder) -> None:
        """Raises ConfigError where no such set was imported."""
        if not run.stage(QUESTIONS, self.set).begun:
            there = ", ".join(run.members(QUESTIONS)) or "none"
            raise ConfigError(
                f"no benchmark {self.name}: there is ramp, and every set of questions that was "
                f"imported ({there}): see `masksearch questions import`"
            )

    def _stage(self, run: RunFolder) -> Stage:
        self.check(run)
        return run.finished(QUESTIONS, self.set)
