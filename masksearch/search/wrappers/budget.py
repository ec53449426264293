"""A ceiling on what a run's searches may cost, in calls and in money."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from masksearch.errors import InputError, SearchStopped
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit, Value
from masksearch.search.wrappers.wrapper import Wrapper
from masksearch.store import locked, read_json, write_atomically

_ROUNDING = 1e-9


class Spent(Value):
    """Calls that a run has made, and their price."""

    calls: int = Field(default=0, ge=0)
    usd: float = Field(default=0.0, ge=0)


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
        self._path = path
        self._max_calls = max_calls
        self._max_usd = max_usd
        self._usd_per_call = usd_per_call
        self.spent = _read(path)

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchStopped instead of passing a ceiling."""
        with locked(self._path):
            self._spend(len(queries))
        return await self._inner.search(queries, top_k=top_k, guard=guard)

    def _spend(self, count: int) -> None:
        self.spent = _read(self._path)
        calls = self.spent.calls + count
        usd = self.spent.usd + count * self._usd_per_call
        self._check(calls, usd)
        self.spent = Spent(calls=calls, usd=usd)
        write_atomically(self._path, self.spent.model_dump_json())

    def _check(self, calls: int, usd: float) -> None:
        so_far = f"{self.spent.calls:,} calls and ${self.spent.usd:.2f} spent, see {self._path}"
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


def _read(path: Path) -> Spent:
    if not path.exists():
        return Spent()
    try:
        return Spent.model_validate(read_json(path))
    except ValidationError as error:
        raise InputError(f"{path} does not say what searches have cost: {error}") from error
