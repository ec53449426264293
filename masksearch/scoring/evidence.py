"""Whether what a search brought back holds the evidence of a task."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from masksearch.schemas import Hit, Task, TaskKind
from masksearch.scoring.answers import is_verdict
from masksearch.scoring.parts import part_texts
from masksearch.text import normalise


def evidence_hits(task: Task, hits: Iterable[Hit]) -> list[bool]:
    """Of each text that is looked for, whether it stands as whole tokens in a title or a text."""
    shown = {f" {normalise(part)} " for hit in hits for part in (hit.title, hit.text)}
    return [
        any(f" {gold} " in text for gold in golds for text in shown)
        for golds in map(_normalised, evidence_texts(task))
    ]


def evidence_texts(task: Task) -> list[tuple[str, ...]]:
    """What is looked for in hits: the accepted texts of each blank, or of a question's answer.

    Of an answer with parts each part; of a question no yes and no, which stand anywhere.
    """
    if task.kind is TaskKind.RAMP:
        return list(task.answers)
    structure = task.question.structure if task.question else ""
    parts = [(text,) for text in part_texts(structure)] if structure else task.answers
    return [accepted for accepted in parts if not is_verdict(accepted)]


def titles_found(task: Task, hits: Iterable[Hit]) -> list[bool]:
    """Of each page that a question needs, whether a hit is of it, by its title."""
    shown = {title_key(hit.title) for hit in hits}
    return [key in shown for key in needed_titles(task)]


def needed_titles(task: Task) -> list[str]:
    """The pages that a question needs, each once, as they are compared."""
    titles = task.question.supporting_titles if task.question else ()
    return list(dict.fromkeys(map(title_key, titles)))


def title_key(title: str) -> str:
    """A title as it is compared: Wikipedia writes its spaces as underscores, too."""
    return " ".join(unicodedata.normalize("NFC", title).replace("_", " ").casefold().split())


def _normalised(accepted: Sequence[str]) -> list[str]:
    return [gold for text in accepted if (gold := normalise(text))]
