"""What must be found for a question to be answered: its pages and its answer's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from masksearch.schemas import Task
from masksearch.scoring.evidence import evidence_texts, needed_titles
from masksearch.text import normalise


class Wanted(NamedTuple):
    """Of a question: titles, all of which are needed, and parts, of each of which one text is.

    Titles are as `title_key` has them, texts are normalised. Either is empty where nothing is
    known: where the benchmark names no page, or the answer is yes or no.
    """

    task_id: str
    titles: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]

    def has_titles(self, found: Iterable[str]) -> bool | None:
        """Whether all of its titles are among those; None where it names none."""
        return set(self.titles) <= set(found) if self.titles else None

    def has_answer(self, texts: Iterable[str]) -> bool | None:
        """Whether every part stands, as whole tokens, in one of some normalised texts."""
        padded = [f" {text} " for text in texts]
        return self._each(lambda answer: any(f" {answer} " in text for text in padded))

    def has_answer_among(self, found: frozenset[str]) -> bool | None:
        """The same where it is known which answers stand in any text."""
        return self._each(found.__contains__)

    def _each(self, stands: Callable[[str], bool]) -> bool | None:
        return all(any(map(stands, part)) for part in self.parts) if self.parts else None


def wanted_of(task: Task) -> Wanted:
    """What a question wants."""
    told = [tuple(filter(None, map(normalise, texts))) for texts in evidence_texts(task)]
    return Wanted(task.id, tuple(needed_titles(task)), tuple(filter(None, told)))
