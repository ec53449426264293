"""What must be found for a question to be answered: its pages and its answer's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from masksearch.schemas import Task
from masksearch.scoring.evidence import evidence_texts, needed_titles
from masksearch.text import normalise


class Portion(NamedTuple):
    """How many of so many things were found."""

    found: int
    of: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.found == self.of


class Wanted(NamedTuple):
    """Of a question: titles, all of which are needed, and parts, of each of which one text is.

    Titles are as `title_key` has them, texts are normalised. Either is empty where nothing is
    known: where the benchmark names no page, or the answer is yes or no.
    """

    task_id: str
    titles: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]

    def titles_among(self, found: Iterable[str]) -> Portion | None:
        """How many of its titles are among those; None where it names none."""
        there = set(found)
        return _portion(title in there for title in self.titles)

    def parts_in(self, texts: Iterable[str]) -> Portion | None:
        """How many parts stand, as whole tokens, in one of some normalised texts."""
        padded = [f" {text} " for text in texts]
        return self._parts(lambda answer: any(f" {answer} " in text for text in padded))

    def parts_among(self, found: frozenset[str]) -> Portion | None:
        """The same where it is known which answers stand in any text."""
        return self._parts(found.__contains__)

    def _parts(self, stands: Callable[[str], bool]) -> Portion | None:
        return _portion(any(map(stands, part)) for part in self.parts)


def _portion(found: Iterable[bool]) -> Portion | None:
    each = list(found)
    return Portion(sum(each), len(each)) if each else None


def wanted_of(task: Task) -> Wanted:
    """What a question wants."""
    told = [tuple(filter(None, map(normalise, texts))) for texts in evidence_texts(task)]
    return Wanted(task.id, tuple(needed_titles(task)), tuple(filter(None, told)))
