"""Work on many items at once, but never on more than so many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from masksearch.errors import RunStopped, Unavailable, Undone

T = TypeVar("T")
Work = Callable[[T], Awaitable[None]]


async def for_each(
    items: Iterable[T], work: Work[T], *, at_once: int, again: Work[T] | None = None
) -> None:
    """Work on every item, on at most `at_once` of them at a time.

    Items are taken one by one, when a worker is free. An item whose work is Unavailable is tried
    again, by `again` where that is given, when all others are done; raises Undone with how many
    did not even then. After RunStopped no item is taken and what is under way comes to its end,
    for it may be paid for; then that is raised. Any other error cancels the other workers, waits
    for them and is raised as it is; being cancelled does the same.
    """
    first = await _round(items, work, at_once)
    if not first.left:
        return
    second = await _round(first.left, again or work, at_once)
    if second.left:
        raise Undone(
            f"{len(second.left):,} were left undone, for what they asked failed twice, the last "
            f"time with: {second.reason}; the same command tries them again"
        )


@dataclass
class _Round(Generic[T]):
    """What became of trying every item once."""

    left: list[T] = field(default_factory=list)
    reason: str = ""
    stopped: RunStopped | None = None

    async def try_one(self, item: T, work: Work[T]) -> None:
        try:
            await work(item)
        except Unavailable as error:
            self.left.append(item)
            self.reason = str(error)
        except RunStopped as error:
            self.stopped = self.stopped or error


async def _round(items: Iterable[T], work: Work[T], at_once: int) -> _Round[T]:
    ended, waiting = _Round[T](), iter(items)

    async def worker() -> None:
        for item in waiting:
            await ended.try_one(item, work)
            if ended.stopped:
                return

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    if ended.stopped:
        raise ended.stopped
    return ended


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
