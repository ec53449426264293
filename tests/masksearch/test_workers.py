import asyncio

import pytest

from masksearch.errors import ChatError
from masksearch.workers import for_each


async def test_every_item_is_worked_on_but_never_more_at_once_than_allowed():
    running, most, done = 0, 0, []

    async def work(item: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        done.append(item)

    await for_each(range(20), work, at_once=3)
    assert (sorted(done), most) == (list(range(20)), 3)


async def test_items_are_taken_when_a_worker_is_free():
    taken: list[int] = []

    def items():
        for item in range(10):
            taken.append(item)
            yield item

    async def work(item: int) -> None:
        assert len(taken) <= item + 2
        await asyncio.sleep(0)

    await for_each(items(), work, at_once=2)
    assert taken == list(range(10))


async def test_the_first_error_ends_the_others_and_is_raised_as_it_is():
    ended: list[int] = []

    async def work(item: int) -> None:
        if item == 1:
            raise ChatError("gone")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(item)

    with pytest.raises(ChatError, match="gone") as raised:
        await for_each(range(9), work, at_once=3)
    assert sorted(ended) == [0, 2]
    assert raised.value.__cause__ is None


async def test_an_error_of_the_items_themselves_is_raised_as_it_is():
    def items():
        yield 1
        raise ChatError("no more")

    async def work(item: int) -> None:
        await asyncio.sleep(0)

    with pytest.raises(ChatError, match="no more"):
        await for_each(items(), work, at_once=2)


async def test_being_cancelled_ends_all_and_waits_for_them():
    ended: list[int] = []
    started = asyncio.Event()

    async def work(item: int) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ended.append(item)

    running = asyncio.create_task(for_each(range(9), work, at_once=2))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(ended) == [0, 1]
