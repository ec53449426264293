"""The one retrieval step of every solver: a turn's queries searched together, under a guard.

The team's graph, the agent's, the rollouts of training and the row without a model all go
through `retrieve`; a search that fails is part of what it returns, never an empty result.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from masksearch.errors import QueryError, SearchError
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Hit, Turn


class Found(NamedTuple):
    """What a turn's queries brought back, or why they failed, and how long that took."""

    hits: tuple[Hit, ...] = ()
    seconds: float = 0.0
    error: str = ""
    is_own_fault: bool = False
    """Whether whoever asked is to blame for the failure: no engine could answer the query."""

    def in_turn(self, turn: Turn) -> Turn:
        """The turn that asked, with what it found."""
        return turn.changed(hits=self.hits, error=self.error, search_seconds=self.seconds)


async def retrieve(
    search: SearchBackend, queries: Sequence[str], *, top_k: int, guard: LeakGuard
) -> Found:
    """Search for a turn's queries and merge their hits to `top_k`, each passage once.

    A SearchError is a failure of this step alone; SearchStopped, which ends a run, is raised.
    """
    started = time.perf_counter()
    try:
        ranked = await search.search(queries, top_k=top_k, guard=guard)
    except SearchError as error:
        is_own_fault = isinstance(error, QueryError)
        return Found((), time.perf_counter() - started, str(error), is_own_fault)
    return Found(tuple(merge_hits(ranked, top_k)), time.perf_counter() - started)


def merge_hits(ranked: Sequence[Sequence[Hit]], top_k: int) -> list[Hit]:
    """Hits of a turn's queries, taken in turn from each list, each passage once.

    Passages are the same when their ids are, and where a hit has no id when their texts are.
    """
    merged: dict[tuple[str, str], Hit] = {}
    for tier in zip_longest(*ranked):
        for hit in tier:
            if hit is not None and len(merged) < top_k:
                merged.setdefault((hit.id, "" if hit.id else hit.text), hit)
    return list(merged.values())
