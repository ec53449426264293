"""What stands before an endpoint: repeats, a breaker, a pace, health, and when a run must stop.

A fault of the world is waited for: while an endpoint rests, its callers do. The run stops, with
the reason, when that takes too long or nothing can help; calls that are under way then come to
their end, so that nothing that was paid for is lost.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from masksearch.errors import ChatError, ChatRefused, ChatStopped, ChatUnavailable
from masksearch.llm.budget import ChatBudget
from masksearch.messages import Reply
from masksearch.network.breaker import Breaker
from masksearch.network.pace import Pace
from masksearch.network.retrying import retrying
from masksearch.settings import ChatCalls, Endpoint, RequestFields

Ask = Callable[[], Awaitable[Reply]]

_LONGEST_REST = 60.0
_SLICE = 0.25
"""Seconds after which one who waits looks whether the run has to stop."""
_MINUTE = 60.0
_GOES_ON = "what was finished is kept, and the same command goes on"

_is_last_try: ContextVar[bool] = ContextVar("is_last_try", default=False)


@contextmanager
def last_try() -> Iterator[None]:
    """In the block, what a call cannot be had for is its item's own fault: a ChatError."""
    token = _is_last_try.set(True)
    try:
        yield
    finally:
        _is_last_try.reset(token)


class Stop:
    """Why no chat of a command may call any more, once there is a reason."""

    def __init__(self) -> None:
        self._reason = ""

    def check(self) -> None:
        """Raises ChatStopped where there is a reason."""
        if self._reason:
            raise ChatStopped(self._reason)

    def because(self, reason: str) -> ChatStopped:
        """Stop all, for the first reason that was given; returns the error to raise."""
        self._reason = self._reason or reason
        return ChatStopped(self._reason)


class Gate:
    """One endpoint's, for all who ask it in a command."""

    def __init__(self, endpoint: Endpoint, calls: ChatCalls, stop: Stop, budget: ChatBudget):
        self._address = endpoint.address
        self._calls = calls
        self._stop = stop
        self._budget = budget
        self._breaker = Breaker(calls.failures, calls.rest_seconds, growth=2, longest=_LONGEST_REST)
        self._pace = Pace(_MINUTE / endpoint.per_minute) if endpoint.per_minute else None
        self._failed: deque[bool] = deque(maxlen=calls.health_window)
        self._answered = 0
        self._refusals: dict[str, int] = {}

    async def call(self, ask: Ask, prices: RequestFields) -> Reply:
        """What `ask` brings, tried again while its faults are transient.

        Raises ChatUnavailable when that did not help, ChatStopped when nothing can, and
        ChatError for what the call itself is to blame for.
        """
        attempts = retrying(self._calls.max_retries, max_wait=self._longest_wait, sleep=self._pause)
        try:
            reply: Reply = await attempts(self._try, ask, prices)
        except ChatUnavailable as error:
            self._note_failure(error)
            if _is_last_try.get():
                raise ChatError(str(error)) from None
            raise
        self._failed.append(False)
        return reply

    def refused(self, request: str, reason: str) -> ChatError | ChatRefused:
        """The error that a refusal is whose cause nobody knows.

        It is the message's own fault where the same is refused again and others were answered
        in between; until then, as little may be wrong with it as with a wrong setting.
        """
        before = self._refusals.setdefault(request, self._answered)
        return ChatError(reason) if self._answered > before else ChatRefused(reason)

    @property
    def _longest_wait(self) -> float:
        return max(self._calls.patience_seconds, self._calls.rest_seconds)

    async def _try(self, ask: Ask, prices: RequestFields) -> Reply:
        await self._turn()
        self._count_call()
        try:
            reply = await ask()
        except ChatStopped as error:
            raise self._stop.because(str(error)) from None
        except (ChatError, ChatRefused):
            self._breaker.worked()
            raise
        except ChatUnavailable as error:
            self._note_fault(error)
            raise
        self._breaker.worked()
        self._answered += 1
        self._budget.paid(reply.usage, prices)
        return reply

    async def _turn(self) -> None:
        """Wait until a call may be made; raises ChatStopped where that takes too long."""
        if self._pace:
            await self._pause(self._pace.turn())
        self._stop.check()
        while (left := self._breaker.left()) > 0:
            self._check_patience()
            await self._pause(min(left, _SLICE))

    async def _pause(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._stop.check()
            await asyncio.sleep(min(left, _SLICE))
        self._stop.check()

    def _count_call(self) -> None:
        try:
            self._budget.begin()
        except ChatStopped as error:
            raise self._stop.because(str(error)) from None

    def _note_fault(self, error: ChatUnavailable) -> None:
        """Hear of a failed try; raises ChatStopped where the endpoint wants to be left alone."""
        asked = error.retry_after or 0.0
        if asked > self._longest_wait:
            raise self._stop.because(
                f"{self._address} asks to be left alone for {_duration(asked)} ({error}): {_GOES_ON} "
                "(MASKSEARCH_PATIENCE_SECONDS is how long a run waits)"
            ) from None
        if error.was_reached or self._answered:
            self._breaker.failed(str(error))
            if self._breaker.failures >= self._calls.failures:
                self._check_patience()

    def _check_patience(self) -> None:
        if self._breaker.seconds_failing >= self._calls.patience_seconds:
            raise self._stop.because(
                f"{self._address} has failed for {_duration(self._breaker.seconds_failing)}, the last "
                f"time with: {self._breaker.reason}; {_GOES_ON} "
                "(MASKSEARCH_PATIENCE_SECONDS is how long a run waits)"
            )

    def _note_failure(self, error: ChatUnavailable) -> None:
        """Hear of a call that failed, tries and all; raises ChatStopped where too many did."""
        if not error.was_reached and not self._answered:
            raise self._stop.because(str(error)) from None
        self._failed.append(True)
        if len(self._failed) < self._calls.health_window:
            return
        share = sum(self._failed) / len(self._failed)
        if share > self._calls.max_errors:
            raise self._stop.because(
                f"{self._address} is not healthy: {share:.0%} of the last {len(self._failed)} calls "
                f"failed, the last with: {error}; {_GOES_ON}"
            ) from None


def _duration(seconds: float) -> str:
    return f"{seconds / _MINUTE:.0f} min" if seconds >= 2 * _MINUTE else f"{seconds:.0f} s"
