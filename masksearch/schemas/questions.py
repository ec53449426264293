"""What a benchmark says of a question beside its answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import Field

from masksearch.schemas.record import Value
from masksearch.text import digest

TRAIN, DEV, TEST = SPLITS = ("train", "dev", "test")
"""Of a set of questions; the first is learnt from alone."""


class Evidence(NamedTuple):
    """A fact that leads to an answer, as 2WikiMultihopQA gives it."""

    subject: str
    relation: str
    object: str


class QuestionFacts(Value):
    """Of one question of a set; what its file does not say is empty or None.

    `number` is its id in the file. `aliases` are further texts for the answer, which the
    benchmark's own EM and F1 do not accept. `supporting_titles` name the pages that are
    needed. `structure` is JSON of an answer with parts, as FanOutQA has them: all are wanted.
    `effective_year` and `next_review` are FreshQA's words for how long an answer holds.
    """

    benchmark: str
    split: str
    number: str = ""
    type: str = ""
    aliases: tuple[str, ...] = ()
    supporting_titles: tuple[str, ...] = ()
    evidences: tuple[Evidence, ...] = ()
    hops: int | None = None
    structure: str = ""
    false_premise: bool | None = None
    effective_year: str = ""
    next_review: str = ""
    source_urls: tuple[str, ...] = ()
    extra: dict[str, str] = Field(default_factory=dict)
    """What else its file says, such as a level or a setting, by the file's own names."""


def ids_hash(ids: Iterable[str]) -> str:
    """What tells whether two lists hold the same questions in the same order."""
    return digest(*ids)
