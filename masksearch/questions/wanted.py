"""What must be found for a question to be answered: its pages and its answer's words."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from masksearch.schemas import Task
from masksearch.text import normalise

YES_NO = frozenset({"yes", "no"})
"""Answers that stand everywhere, so that nothing is told by where they do."""


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
    facts = task.question
    titles = facts.supporting_titles if facts else ()
    structure = facts.structure if facts else ""
    parts = list(_leaves(json.loads(structure))) if structure else [task.answers[0]]
    told = [tuple(filter(None, map(normalise, texts))) for texts in parts]
    kept = [texts for texts in told if texts and YES_NO.isdisjoint(texts)]
    return Wanted(task.id, tuple(dict.fromkeys(map(title_key, titles))), tuple(kept))


def title_key(title: str) -> str:
    """A page's title as it is compared: without regard to case, underscores or composition."""
    text = unicodedata.normalize("NFC", title).replace("_", " ")
    return " ".join(text.split()).casefold()


def _leaves(answer: Any) -> Iterator[tuple[str, ...]]:
    """The parts of an answer with parts: values, and the names that they stand under."""
    if isinstance(answer, dict):
        for key, part in answer.items():
            yield (str(key),)
            yield from _leaves(part)
    elif isinstance(answer, list):
        for part in answer:
            yield from _leaves(part)
    else:
        yield ("yes" if answer else "no",) if isinstance(answer, bool) else (str(answer),)
