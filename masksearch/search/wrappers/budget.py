"""A ceiling on what a run's searches may cost, in calls and in money."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from masksearch.errors import SearchStopped
from masksearch.guards import LeakGuard
from masksearch.network.spending import Spending, Spent
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.wrappers.wrapper import Wrapper

_ROUNDING = 1e-9


class Budget(Wrapper):
    """Counts every call before it is made, and stops the run where one would pass a ceiling.

    What was spent stands in a file, so that a resumed run goes on counting, and so that all
    who search for a run count together; a call that was under way when the run was killed
    counts as made.
    """

    def __init__(
        self,
        inner: SearchBackend,
        path: Path,
        *,
        max_calls: int | None = None,
        max_usd: float | None = None,
        usd_per_call: float = 0.0,
    ) -> None:
        super().__init__(inner)
        self._spending = Spending(path, Spent)
        self._max_calls = max_calls
        self._max_usd = max_usd
        self._usd_per_call = usd_per_call

    @property
    def spent(self) -> Spent:
        """What the run has spent so far."""
        return self._spending.spent

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchStopped instead of passing a ceiling."""
        with self._spending.changing() as spent:
            self._spend(spent, len(queries))
        return await self._inner.search(queries, top_k=top_k, guard=guard)

    def _spend(self, spent: Spent, count: int) -> None:
        calls, usd = spent.calls + count, spent.usd + count * self._usd_per_call
        self._check(spent, calls, usd)
        self._spending.keep(Spent(calls=calls, usd=usd))

    def _check(self, spent: Spent, calls: int, usd: float) -> None:
        so_far = f"{spent.calls:,} calls and ${spent.usd:.2f} spent, see {self._spending.path}"
        if self._max_calls is not None and calls > self._max_calls:
            raise SearchStopped(
                f"the search budget of {self._max_calls:,} calls is used up ({so_far}): raise "
                "search.calls.max_calls to go on"
            )
        if self._max_usd is not None and usd > self._max_usd + _ROUNDING:
            raise SearchStopped(
                f"the search budget of ${self._max_usd:.2f} is used up ({so_far}): raise "
                "search.calls.max_usd to go on"
            )
