"""The row that needs no model: the words around each blank as its query."""

from __future__ import annotations

from dataclasses import dataclass

from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.retrieval import retrieve
from masksearch.schemas import (
    MASK,
    Guard,
    Prompt,
    Status,
    Task,
    TaskKind,
    Teacher,
    Trajectory,
    Turn,
)
from masksearch.text import words_after, words_before

CONTEXT_AS_QUERY = "context-as-query"
_WORDS_BEFORE, _WORDS_AFTER = 10, 6


@dataclass(frozen=True)
class ContextQuery:
    """Searches once per blank for the words around it, and never answers.

    What its hits hold is what a trained agent's own queries are measured against.
    """

    search: SearchBackend
    top_k: int
    guard: Guard = Guard.NONE
    name: str = CONTEXT_AS_QUERY

    async def run(self, task: Task, seed: int | None = None) -> Trajectory:
        """One search turn per blank; nothing is drawn."""
        turns = [await self._turn(task, query) for query in context_queries(task.prompt)]
        return Trajectory(
            task_id=task.id,
            status=Status.OUT_OF_TURNS,
            turns=tuple(turns),
            reason="searches only",
            teacher=Teacher(model=self.name),
            retriever=self.search.fingerprint(top_k=self.top_k, guard=self.guard),
        )

    async def _turn(self, task: Task, query: str) -> Turn:
        guard = LeakGuard.of(task.passage_id, self.guard, task.prompt)
        found = await retrieve(self.search, [query], top_k=self.top_k, guard=guard)
        return found.in_turn(Turn(thought="", queries=(query,)))


def context_queries(prompt: Prompt) -> list[str]:
    """Per blank, the title and up to ten words before and six after; of a question, all of it.

    Only visible words count: other masks are left out.
    """
    if prompt.kind is TaskKind.QUESTION:
        return [prompt.text]
    segments = prompt.text.split(MASK)
    return [
        " ".join(
            [
                prompt.title,
                words_before(before := " ".join(segments[:blank]), len(before), _WORDS_BEFORE),
                words_after(" ".join(segments[blank:]), 0, _WORDS_AFTER),
            ]
        ).strip()
        for blank in range(1, len(segments))
    ]
