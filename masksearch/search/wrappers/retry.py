"""Trying again what failed for a transient reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from masksearch.guards import LeakGuard
from masksearch.network.retrying import retrying
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper


class Retry(Wrapper):
    """Tries a call that failed for a transient reason up to `retries` times more.

    It waits as `masksearch.network.retrying` says, which takes the `waits`.
    """

    def __init__(self, inner: SearchBackend, retries: int, **waits: Any) -> None:
        super().__init__(inner)
        self._retries = retries
        self._waits = waits

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises the last try's error."""
        attempts = retrying(self._retries, **self._waits)
        return await attempts(self._inner.search, queries, top_k=top_k, guard=guard)
