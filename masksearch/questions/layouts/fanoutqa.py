"""FanOutQA's files, whose answers have parts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from masksearch.questions.evidence import necessary_pages
from masksearch.questions.layout import NOT_EXTRA, Layout
from masksearch.questions.values import Fields, as_json, first, parsed, text_of, texts_of

_RAW, _MODE = "answer_raw", "answers_mode"
_PARTS, _WITHIN = "; ", ", "


class FanOutQA(Layout):
    """`id, question, decomposition, answer, necessary_evidence, categories`.

    github.com/zhudotexe/fanoutqa, `fanoutqa/models.py`. An answer is a value, a list, or an
    object of values, and all of it is wanted.
    """

    name = "fanoutqa"
    title = "FanOutQA"
    spellings = ("fanout",)
    sizes = MappingProxyType({"dev": 310})

    def marks(self, fields: Fields) -> bool:
        """Its own names."""
        its_own = ("decomposition", "necessary_evidence", _RAW)
        return any(name in fields for name in its_own)

    def answers(self, fields: Fields) -> tuple[str, ...]:
        """One text of all the parts."""
        answer = self._answer(fields)
        return (joined(answer),) if texts_of(_leaves(answer)) else ()

    def type(self, fields: Fields) -> str:
        """Its categories."""
        return super().type(fields) or "+".join(texts_of(parsed(fields.get("categories"))))

    def titles(self, fields: Fields) -> tuple[str, ...]:
        """The pages of its evidence."""
        return super().titles(fields) or necessary_pages(fields)

    def structure(self, fields: Fields) -> str:
        """The answer as its file has it."""
        return as_json(self._answer(fields))

    def own_names(self, fields: Fields) -> frozenset[str]:
        """With its own names for what has a place."""
        return NOT_EXTRA | {_RAW, _MODE, "categories", "necessary_evidence"}

    def _answer(self, fields: Fields) -> Any:
        return parsed(first(fields, _RAW, "answer", "answers", "golden_answers"))


def joined(answer: Any, between: str = _PARTS) -> str:
    """An answer's parts in one line, as `a: b; c: d`, those within a part as `a: b, c`."""
    if isinstance(answer, Mapping):
        return between.join(f"{key}: {joined(part, _WITHIN)}" for key, part in answer.items())
    if isinstance(answer, list | tuple):
        return between.join(joined(part, _WITHIN) for part in answer)
    return text_of(answer)


def _leaves(answer: Any) -> list[str]:
    """The texts of all parts, with their names."""
    if isinstance(answer, Mapping):
        return [text for key, part in answer.items() for text in (str(key), *_leaves(part))]
    if isinstance(answer, list | tuple):
        return [text for part in answer for text in _leaves(part)]
    return [text_of(answer)]
