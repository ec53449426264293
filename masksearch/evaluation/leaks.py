"""How much of a task set leaks: answers that stand in copies of the masked passage itself.

A task is asked for as an outsider would, with the words around each blank. Its hits are
whole passages, so that how much of them is shown does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from masksearch.errors import InputError, QueryError
from masksearch.evaluation.context_query import context_queries
from masksearch.evaluation.statistics import Estimate, estimate
from masksearch.guards import LeakGuard
from masksearch.ports import Progress, SearchBackend
from masksearch.progress import silent
from masksearch.schemas import Guard, Hit, Task, TaskKind, Value
from masksearch.search.near_duplicates import COPIED, overlap
from masksearch.text import contains_tokens


class LeakRates(Value):
    """Shares of the tasks under a guard."""

    guard: Guard
    copies: Estimate
    """A near copy of the masked passage was found."""
    leaked: Estimate
    """A near copy holds an answer: copying is enough."""
    answered: Estimate
    """Any hit holds an answer."""


class _Seen(NamedTuple):
    copied: bool
    leaked: bool
    answered: bool


async def leak_rates(
    tasks: Sequence[Task],
    search: SearchBackend,
    *,
    top_k: int,
    guards: Sequence[Guard],
    progress: Progress = silent,
) -> list[LeakRates]:
    """The leak rates of the RAMP tasks among `tasks`, a row per guard.

    Raises SearchError, and InputError when no task was made from a passage.
    """
    masked = [task for task in tasks if task.kind is TaskKind.RAMP]
    if not masked:
        raise InputError("no masked task to look at: questions have no passage to copy")
    rows = []
    for at, guard in enumerate(guards):
        seen = []
        for done, task in enumerate(masked, 1):
            seen.append(await _look(task, search, top_k, guard))
            progress(at * len(masked) + done, len(guards) * len(masked), str(guard))
        rows.append(_rates(guard, seen))
    return rows


async def _look(task: Task, search: SearchBackend, top_k: int, guard: Guard) -> _Seen:
    held = LeakGuard.of(task.passage_id, guard, task.prompt)
    try:
        found = await search.search(context_queries(task.prompt), top_k=top_k, guard=held)
    except QueryError:  # no word stands around a blank
        return _Seen(copied=False, leaked=False, answered=False)
    hits = {hit.id: hit for ranked in found for hit in ranked}.values()
    copies = [hit for hit in hits if is_copy(task, hit)]
    return _Seen(bool(copies), _answers(task, copies), _answers(task, list(hits)))


def is_copy(task: Task, hit: Hit) -> bool:
    """Whether a hit is the passage that a task was made from, or says the same."""
    return hit.id == task.passage_id or overlap(task.prompt.text, hit.text) >= COPIED


def _answers(task: Task, hits: Sequence[Hit]) -> bool:
    """Whether a blank's accepted text stands in a hit as whole tokens."""
    return any(
        contains_tokens(hit.text, text)
        for hit in hits
        for accepted in task.answers
        for text in accepted
    )


def _rates(guard: Guard, seen: Sequence[_Seen]) -> LeakRates:
    return LeakRates(
        guard=guard,
        copies=estimate([float(one.copied) for one in seen]),
        leaked=estimate([float(one.leaked) for one in seen]),
        answered=estimate([float(one.answered) for one in seen]),
    )
