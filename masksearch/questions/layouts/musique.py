"""MuSiQue's files: answerable questions alone (`ans`), or with unanswerable ones (`full`)."""

from __future__ import annotations

import re
from types import MappingProxyType

from masksearch.questions.evidence import supporting_paragraphs
from masksearch.questions.layout import ALIASES, ID, UNANSWERABLE, Layout, Unreadable
from masksearch.questions.values import Fields, first, parsed, text_of, texts_of, truth_of

_ID = re.compile(r"((\d)hop\d?)__\w+")


class MuSiQue(Layout):
    """`id, paragraphs, question, question_decomposition, answer, answer_aliases, answerable`.

    github.com/StonyBrookNLP/musique. Its scorer takes the best over `answer` and its aliases.
    How many hops a question has stands in its id, such as `3hop1__…`.
    """

    name = "musique"
    title = "MuSiQue"
    spellings = ("musique",)
    sizes = MappingProxyType({"train": 19_938, "dev": 2_417})

    def marks(self, fields: Fields) -> bool:
        """Its ids, or its own names."""
        has_its_names = "question_decomposition" in fields or "paragraphs" in fields
        return has_its_names or self._id(fields) is not None

    def answers(self, fields: Fields) -> tuple[str, ...]:
        """The answer and its aliases; raises Unreadable for a question that has none."""
        if truth_of(fields.get("answerable")) is False:
            raise Unreadable(UNANSWERABLE)
        given = super().answers(fields)
        return texts_of([given, parsed(first(fields, *ALIASES))]) if given else ()

    def type(self, fields: Fields) -> str:
        """The shape of its reasoning, such as `3hop1`."""
        found = self._id(fields)
        return super().type(fields) or (found[1] if found else "")

    def titles(self, fields: Fields) -> tuple[str, ...]:
        """Those of the paragraphs that support the answer."""
        return super().titles(fields) or supporting_paragraphs(fields)

    def hops(self, fields: Fields) -> int | None:
        """By its id."""
        found = self._id(fields)
        return int(found[2]) if found else super().hops(fields)

    def _id(self, fields: Fields) -> re.Match[str] | None:
        return _ID.fullmatch(text_of(first(fields, *ID)))
