"""A record of a run's searches from which it can be replayed, in one file to share."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.config import CassetteMode
from masksearch.errors import SearchError
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.recordings import Answer, Asked, Recordings, engine_of
from masksearch.search.wrappers.one_by_one import all_of
from masksearch.search.wrappers.wrapper import Wrapper

_SHOWN_CHARS = 120


class Cassette(Wrapper):
    """Records answers and failures alike, and never forgets.

    In `replay-only`, what was not recorded is a failed search with that reason.
    """

    def __init__(self, inner: SearchBackend, recordings: Recordings, mode: CassetteMode) -> None:
        super().__init__(inner)
        self._recordings = recordings
        self._mode = mode
        self._engine = engine_of(inner)

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query; raises SearchError, also one that was recorded."""
        asked = [Asked(engine=self._engine, query=query, top_k=top_k) for query in queries]
        return await all_of(self._find(one, guard) for one in asked)

    async def _find(self, asked: Asked, guard: LeakGuard) -> list[Hit]:
        if self._mode is not CassetteMode.RECORD and (known := self._recordings.look_up(asked)):
            return known.found()
        if self._mode is CassetteMode.REPLAY_ONLY:
            raise SearchError(
                f"the cassette {self._recordings.path} does not have the query "
                f"{asked.query[:_SHOWN_CHARS]!r} (top_k {asked.top_k}, {self._engine})"
            )
        try:
            [found] = await self._inner.search([asked.query], top_k=asked.top_k, guard=guard)
        except SearchError as error:
            self._recordings.keep(asked, Answer.failed(error))
            raise
        self._recordings.keep(asked, Answer(hits=tuple(found)))
        return found
