"""Trying again what failed for a transient reason, when the server wants it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from masksearch.errors import Unavailable

_FIRST_WAIT = 0.5
_MILLISECONDS = 1e3


def retrying(
    retries: int,
    *,
    first_wait: float = _FIRST_WAIT,
    max_wait: float = 60.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncRetrying:
    """Makes a call, and up to `retries` times more while it raises Unavailable.

    It waits longer each time. A server that says when to come again is obeyed; when that is
    later than `max_wait` seconds from now, the call is given up at once.
    """
    backoff = wait_random_exponential(multiplier=first_wait, max=max_wait)

    def is_worth_it(error: BaseException) -> bool:
        if not isinstance(error, Unavailable):
            return False
        return error.is_repeated and (error.retry_after or 0) <= max_wait

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, Unavailable) else None
        return backoff(state) if asked is None else asked

    return AsyncRetrying(
        stop=stop_after_attempt(retries + 1),
        wait=wait,
        retry=retry_if_exception(is_worth_it),
        sleep=sleep,
        reraise=True,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks one to wait, given in seconds or as a date."""
    for name, unit in (("retry-after-ms", _MILLISECONDS), ("retry-after", 1.0)):
        if (value := headers.get(name, "").strip()) and (found := _number(value)) is not None:
            return max(0.0, found / unit)
    return _until(headers.get("retry-after", ""), headers.get("date", ""))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def _until(date: str, now: str) -> float | None:
    """The seconds to a date, by the server's own clock where it says what that shows."""
    wanted = _time(date)
    return None if wanted is None else max(0.0, wanted - (_time(now) or time.time()))


def _time(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
