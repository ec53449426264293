"""A record of a run's searches from which it can be replayed, in one file to share."""

from __future__ import annotations

from masksearch.config import CassetteMode
from masksearch.errors import SearchError
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit
from masksearch.search.recordings import Answer, Recordings, Request
from masksearch.search.wrappers.recorded import Recorded

_SHOWN_CHARS = 120


class Cassette(Recorded):
    """Records answers and failures alike, and never forgets.

    In `replay-only`, what was not recorded is a failed search with that reason.
    """

    def __init__(self, inner: SearchBackend, recordings: Recordings, mode: CassetteMode) -> None:
        super().__init__(inner, recordings)
        self._mode = mode

    async def _find(self, request: Request, guard: LeakGuard) -> list[Hit]:
        if self._mode is not CassetteMode.RECORD and (kept := self._recordings.look_up(request)):
            return kept.found()
        if self._mode is CassetteMode.REPLAY_ONLY:
            raise SearchError(
                f"the cassette {self._recordings.path} does not have the query "
                f"{request.query[:_SHOWN_CHARS]!r} (top_k {request.top_k}, {self._engine})"
            )
        try:
            return await self._found_inside(request, guard)
        except SearchError as error:
            self._recordings.keep(request, Answer.failed(error))
            raise
