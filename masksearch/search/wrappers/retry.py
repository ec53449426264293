"""Trying again what failed for a transient reason."""

from __future__ import annotations

from collections.abc import Sequence

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from masksearch.errors import SearchUnavailable
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper

_FIRST_WAIT = 0.5


class Retry(Wrapper):
    """Tries a call that failed for a transient reason up to `retries` times more.

    It waits longer each time. A server that says when to come again (Retry-After) is obeyed;
    when that is later than `max_wait` seconds from now, the call is given up at once.
    """

    def __init__(
        self,
        inner: SearchBackend,
        retries: int,
        *,
        first_wait: float = _FIRST_WAIT,
        max_wait: float = 60.0,
    ) -> None:
        super().__init__(inner)
        self._retries = retries
        self._max_wait = max_wait
        self._backoff = wait_random_exponential(multiplier=first_wait, max=max_wait)

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises the last try's error."""
        attempts = AsyncRetrying(
            stop=stop_after_attempt(self._retries + 1),
            wait=self._wait,
            retry=retry_if_exception(self._is_worth_it),
            reraise=True,
        )
        return await attempts(self._inner.search, queries, top_k=top_k, guard=guard)

    def _is_worth_it(self, error: BaseException) -> bool:
        return isinstance(error, SearchUnavailable) and (error.retry_after or 0) <= self._max_wait

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, SearchUnavailable) else None
        return self._backoff(state) if asked is None else asked
