"""Threads that answer what waits, a few requests a turn: single queries then share a hop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from masksearch.errors import QueryError
from masksearch.schemas import Hit

_QUERIES_A_TURN = 8
"""Enough that handing them over costs little beside them; few enough to answer in milliseconds."""
_QUERIES_A_PART = 64
"""Of a large request, so that small ones need not wait for all of it."""


class Found(NamedTuple):
    """A query's hits, or why there are none."""

    hits: list[Hit]
    error: str = ""


class _Asked(NamedTuple):
    queries: Sequence[str]
    top_k: int
    answer: asyncio.Future[list[Found]]


class _Answered(NamedTuple):
    asked: _Asked
    found: list[Found] | Exception


class SearchThreads:
    """Takes requests of one event loop in the order in which they come.

    `ranked` is called in several threads at once.
    """

    def __init__(self, ranked: Callable[[str, int], list[Hit]], threads: int) -> None:
        self._ranked = ranked
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="search")
        self._free = threads
        self._parts = asyncio.Semaphore(threads)
        self._waiting: deque[_Asked] = deque()

    async def find(self, queries: Sequence[str], top_k: int) -> list[Found]:
        """What was found for each query; raises SearchError.

        No more parts of large requests wait at a time than there are threads for them.
        """
        if len(queries) <= _QUERIES_A_PART:
            return await self._find(queries, top_k)

        async def part(start: int) -> list[Found]:
            async with self._parts:
                return await self._find(queries[start : start + _QUERIES_A_PART], top_k)

        starts = range(0, len(queries), _QUERIES_A_PART)
        parts = await asyncio.gather(*map(part, starts))
        return [found for one in parts for found in one]

    async def _find(self, queries: Sequence[str], top_k: int) -> list[Found]:
        loop = asyncio.get_running_loop()
        asked = _Asked(queries, top_k, loop.create_future())
        self._waiting.append(asked)
        if self._free:
            self._free -= 1
            self._pool.submit(self._work, loop)
        return await asked.answer

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread: turn after turn, until nothing waits."""
        while turn := self._turn():
            answered = [_Answered(asked, self._answer(asked)) for asked in turn]
            loop.call_soon_threadsafe(_hand_out, answered)
        loop.call_soon_threadsafe(self._rest, loop)

    def _turn(self) -> list[_Asked]:
        """The next to be answered: one request, or some that are small together."""
        turn: list[_Asked] = []
        room = _QUERIES_A_TURN
        while room > 0:
            try:
                following = self._waiting.popleft()
            except IndexError:
                break
            if turn and len(following.queries) > room:
                self._waiting.appendleft(following)
                break
            turn.append(following)
            room -= len(following.queries)
        return turn

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the loop: a thread is free, and takes what came just as it saw nothing waiting."""
        if self._waiting:
            self._pool.submit(self._work, loop)
        else:
            self._free += 1

    def _answer(self, asked: _Asked) -> list[Found] | Exception:
        try:
            return [self._one(query, asked.top_k) for query in asked.queries]
        except Exception as error:  # noqa: BLE001 - the edge of a thread: raised to who asked
            return error

    def _one(self, query: str, top_k: int) -> Found:
        try:
            return Found(self._ranked(query, top_k))
        except QueryError as error:
            return Found([], str(error))


def _hand_out(answered: Sequence[_Answered]) -> None:
    for asked, found in answered:
        if asked.answer.done():  # whoever asked has gone away
            continue
        if isinstance(found, Exception):
            asked.answer.set_exception(found)
        else:
            asked.answer.set_result(found)
