import asyncio

import pytest

from masksearch.errors import ChatError, ChatStopped, ChatUnavailable, Undone
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


async def test_what_is_unavailable_is_tried_again_when_all_others_are_done():
    tries: list[int] = []

    async def work(item: int) -> None:
        tries.append(item)
        if item == 1 and tries.count(1) < 2:
            raise ChatUnavailable("503")

    await for_each(range(4), work, at_once=2)
    assert sorted(tries[:4]) == [0, 1, 2, 3] and tries[4:] == [1]


async def test_what_stays_unavailable_is_left_undone_and_told():
    done: list[int] = []

    async def work(item: int) -> None:
        if item < 2:
            raise ChatUnavailable(f"busy {item}")
        done.append(item)

    with pytest.raises(Undone, match=r"2 were left undone.*busy \d; the same command"):
        await for_each(range(5), work, at_once=2)
    assert done == [2, 3, 4]
    await for_each(range(5), work, at_once=2, again=lambda item: asyncio.sleep(0))


async def test_when_the_run_must_stop_what_is_under_way_ends_and_no_more_is_taken():
    ended: list[int] = []

    async def work(item: int) -> None:
        if item == 1:
            raise ChatStopped("no money")
        await asyncio.sleep(0.01)
        ended.append(item)

    with pytest.raises(ChatStopped, match="no money"):
        await for_each(range(9), work, at_once=3)
    assert ended == [0, 2]
