"""Which tasks are trained on when, by `num_masks`, and the stream that they are drawn from."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, Generic, Protocol, TypeVar

from masksearch.errors import InputError, StoreError
from training.config import CurriculumConfig


class Masked(Protocol):
    """Anything with a number of masks."""

    @property
    def num_masks(self) -> int:
        """By which it is easier or harder."""
        ...


T = TypeVar("T", bound=Masked)


class Curriculum:
    """Opens one level of `num_masks` after another; a level that is open stays open.

    Args:
        config: How levels are opened.
        levels: Every `num_masks` that occurs; raises InputError when there is none.
    """

    def __init__(self, config: CurriculumConfig, levels: Iterable[int]) -> None:
        self._config = config
        self._levels = sorted(set(levels))
        if not self._levels:
            raise InputError("there is no task to train on")
        self._open = len(self._levels) if config.by == "off" else 1
        self._recent: deque[float] = deque(maxlen=config.window)

    @property
    def level(self) -> int:
        """The `num_masks` of the hardest open level."""
        return self._levels[self._open - 1]

    def admits(self, num_masks: int) -> bool:
        """Whether tasks with that many masks are trained on now."""
        return self._config.by == "off" or num_masks <= self.level

    def advance(self, share_done: float, scores: Sequence[tuple[int, float]] = ()) -> None:
        """Open what is due.

        Args:
            share_done: Of the whole training, 0 to 1.
            scores: `(num_masks, score)` of what was tried since the last call, oldest first.
        """
        if self._config.by == "schedule":
            due = sum(k / len(self._levels) <= share_done for k in range(len(self._levels)))
            self._open = max(self._open, due)
        if self._config.by == "mastery":
            for num_masks, score in scores:
                self._take(num_masks, score)

    def _take(self, num_masks: int, score: float) -> None:
        if num_masks != self.level:
            return
        self._recent.append(score)
        is_mastered = (
            len(self._recent) == self._config.window and fmean(self._recent) >= self._config.mastery
        )
        if is_mastered and self._open < len(self._levels):
            self._open += 1
            self._recent.clear()

    def state_dict(self) -> dict[str, Any]:
        """Everything that a checkpoint must hold, as JSON can."""
        return {"open": self._open, "recent": list(self._recent)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint; raises StoreError for one of other tasks."""
        if not 1 <= state["open"] <= len(self._levels):
            raise StoreError("the checkpoint's curriculum is of other tasks: restart the training")
        self._open = state["open"]
        self._recent = deque(state["recent"], maxlen=self._config.window)


class TaskStream(Generic[T]):
    """Draws items without end, in a new seeded order every epoch, as a curriculum admits them.

    What is not admitted yet is passed over and drawn once its level opens. An epoch ends
    when nothing admitted is left in it; within one, no item is drawn twice.

    Of `world` processes each draws its own items, as long as all draw equally often and
    their curricula open levels at the same draws; then their states are equal too.
    """

    def __init__(
        self,
        items: Sequence[T],
        curriculum: Curriculum,
        *,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self._items = items
        self._curriculum = curriculum
        self._seed = seed
        self._rank = rank
        self._world = world
        self._begin_epoch(0)

    def take(self, count: int) -> list[T]:
        """The next `count` items of this process; raises InputError where none is admitted."""
        return [self._items[self._round()[self._rank]] for _ in range(count)]

    def _round(self) -> list[int]:
        """One draw of every process, so that each knows what the others have."""
        return [self._draw() for _ in range(self._world)]

    def _draw(self) -> int:
        index = self._left_in_epoch()
        if index is None:
            self._begin_epoch(self.epoch + 1)
            index = self._left_in_epoch()
        if index is None:
            raise InputError(f"no task has {self._curriculum.level} masks or fewer")
        return index

    def _begin_epoch(self, epoch: int) -> None:
        order = list(range(len(self._items)))
        random.Random(f"{self._seed}/{epoch}").shuffle(order)
        self.epoch = epoch
        self._left = deque(order)

    def _left_in_epoch(self) -> int | None:
        """The next admitted item; those before it go to the end."""
        for _ in range(len(self._left)):
            index = self._left.popleft()
            if self._curriculum.admits(self._items[index].num_masks):
                return index
            self._left.append(index)
        return None

    def state_dict(self) -> dict[str, Any]:
        """Everything that a checkpoint must hold, as JSON can; the curriculum's is its own."""
        return {"epoch": self.epoch, "left": list(self._left)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint; raises StoreError for one of other tasks."""
        if max(state["left"], default=0) >= len(self._items):
            raise StoreError("the checkpoint's order is of other tasks: restart the training")
        self.epoch = state["epoch"]
        self._left = deque(state["left"])
