"""What a layout is: under which names a benchmark's files hold a question and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from masksearch.questions.evidence import evidences_of, supporting_titles
from masksearch.questions.values import (
    Fields,
    as_json,
    first,
    number_of,
    parsed,
    text_of,
    texts_of,
    truth_of,
)
from masksearch.schemas import Evidence

ID = ("id", "_id", "qid", "question_id", "query_id")
QUESTION = ("question", "query", "problem", "prompt")
ANSWERS = ("answers", "golden_answers", "answer", "gold_answers", "possible_answers")
ALIASES = ("answer_aliases", "aliases")
NOT_EXTRA = frozenset(
    {*ID, *QUESTION, *ANSWERS, *ALIASES, "type", "fact_type", "split", "lang", "language"}
    | {"supporting_titles", "supporting_facts", "evidences", "hops", "context"}
    | {"paragraphs", "false_premise", "effective_year", "next_review", "source_urls"}
)
"""What has a place of its own, and the texts that evidence stands in."""
_HOPS = {"one-hop": 1}
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")

NO_QUESTION, NO_ANSWER = "no question", "no answer"
UNANSWERABLE = "not answerable, as its file says"


class Unreadable(Exception):
    """Why a row is no question; the reason is from a short list."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Draft(NamedTuple):
    """A question as its row has it; `number`, `split` and `lang` are empty where it has none.

    `facts` are fields of `QuestionFacts`.
    """

    number: str
    text: str
    answers: tuple[str, ...]
    split: str
    lang: str
    facts: dict[str, Any]


class Layout:
    """A benchmark's; this one takes what most files have, others say what is theirs."""

    name: ClassVar[str] = "plain"
    title: ClassVar[str] = "plain rows"
    spellings: ClassVar[tuple[str, ...]] = ()
    """How names of files and sets that are the benchmark's begin, letters and digits alone."""
    split: ClassVar[str] = ""
    """The only split that it has, where it has one."""
    sizes: ClassVar[Mapping[str, int]] = MappingProxyType({})
    """How many questions its published files hold, by split."""

    def is_named(self, name: str) -> bool:
        """Whether a name is the benchmark's."""
        bare = _NOT_ALPHANUMERIC.sub("", name.lower())
        return bare.startswith(self.spellings) if self.spellings else False

    def marks(self, fields: Fields) -> bool:
        """Whether a row has what only this benchmark's rows have."""
        return False

    def draft(self, fields: Fields) -> Draft:
        """A row as a question; raises Unreadable."""
        if not (text := " ".join(text_of(first(fields, *QUESTION)).split())):
            raise Unreadable(NO_QUESTION)
        answers = self.answers(fields)
        if not answers:
            raise Unreadable(NO_ANSWER)
        return Draft(
            number=text_of(first(fields, *ID)),
            text=text,
            answers=answers,
            split=text_of(fields.get("split")),
            lang=text_of(first(fields, "lang", "language")),
            facts=self._facts(fields, answers),
        )

    def answers(self, fields: Fields) -> tuple[str, ...]:
        """What the benchmark's own scorer accepts, the gold answer first; raises Unreadable."""
        given = parsed(first(fields, *ANSWERS))
        return texts_of(given)

    def aliases(self, fields: Fields) -> tuple[str, ...]:
        """Further texts for the answer, which its own scorer does not accept."""
        return texts_of(parsed(first(fields, *ALIASES)))

    def type(self, fields: Fields) -> str:
        """The kind of question that the benchmark calls it."""
        return text_of(first(fields, "type", "question_type"))

    def titles(self, fields: Fields) -> tuple[str, ...]:
        """The pages that are needed."""
        return supporting_titles(fields)

    def evidences(self, fields: Fields) -> tuple[Evidence, ...]:
        """The facts that lead to the answer."""
        return evidences_of(fields)

    def hops(self, fields: Fields) -> int | None:
        """How many facts are needed, where the file says so."""
        said = first(fields, "hops", "num_hops")
        return _HOPS.get(text_of(said), number_of(said))

    def structure(self, fields: Fields) -> str:
        """JSON of an answer with parts; empty for others."""
        return ""

    def urls(self, fields: Fields) -> tuple[str, ...]:
        """The addresses of its sources."""
        return texts_of(parsed(fields.get("source_urls")))

    def own_names(self, fields: Fields) -> frozenset[str]:
        """Names of values that `extra` need not hold."""
        return NOT_EXTRA

    def _facts(self, fields: Fields, answers: tuple[str, ...]) -> dict[str, Any]:
        own = self.own_names(fields)
        left_over = {name: value for name, value in fields.items() if name not in own}
        return {
            "type": self.type(fields),
            "aliases": tuple(one for one in self.aliases(fields) if one not in answers),
            "supporting_titles": self.titles(fields),
            "evidences": self.evidences(fields),
            "hops": self.hops(fields),
            "structure": self.structure(fields),
            "false_premise": truth_of(fields.get("false_premise")),
            "effective_year": text_of(fields.get("effective_year")),
            "next_review": text_of(fields.get("next_review")),
            "source_urls": self.urls(fields),
            "extra": {name: said for name, value in left_over.items() if (said := _said(value))},
        }


def _said(value: Any) -> str:
    """A value as a text; lists and objects as JSON, truth values by JSON's words."""
    if isinstance(value, str):
        return text_of(value)
    return as_json(value) if value not in ([], {}) else ""
