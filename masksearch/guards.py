"""What a search must withhold for one task."""

from __future__ import annotations

from typing import NamedTuple

from masksearch.schemas import Guard, Prompt, page_of


class LeakGuard(NamedTuple):
    """A guard for one task, by the id of its passage and what the task shows of it.

    `masksearch.search.near_duplicates` knows a near copy by the prompt.
    """

    mode: Guard = Guard.NONE
    passage_id: str = ""
    prompt: Prompt | None = None

    @classmethod
    def of(cls, passage_id: str, mode: Guard, prompt: Prompt | None = None) -> LeakGuard:
        """The guard of a task by its passage; a question has none, and nothing to withhold."""
        return cls(mode, passage_id, prompt) if passage_id else cls()

    def blocks(self, hit_id: str) -> bool:
        """Whether a hit must be withheld for its id."""
        if self.mode in (Guard.PARAGRAPH, Guard.COPIES):
            return hit_id == self.passage_id
        return self.mode is Guard.PAGE and page_of(hit_id) == page_of(self.passage_id)
