"""FreshQA's sheet, of which a dated copy is published each week."""

from __future__ import annotations

import re
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from masksearch.questions.layout import NOT_EXTRA, Layout
from masksearch.questions.values import Fields, text_of, texts_of

_ANSWERS = tuple(f"answer_{number}" for number in range(10))
_TEXT_FRAGMENT = re.compile(r"#:~:.*")
_PAGE = "/wiki/"


class FreshQA(Layout):
    """`id, split, question, effective_year, next_review, …, source, answer_0 … answer_9, note`.

    github.com/freshllms/freshqa. Each of the ten answers is accepted; `source` holds
    addresses, one a line, of which Wikipedia's name the pages that are needed.
    """

    name = "freshqa"
    title = "FreshQA"
    spellings = ("freshqa", "freshllm")
    sizes = MappingProxyType({"test": 500, "dev": 100})

    def marks(self, fields: Fields) -> bool:
        """Its own names."""
        return "false_premise" in fields or "next_review" in fields

    def answers(self, fields: Fields) -> tuple[str, ...]:
        """Those of its ten columns that are filled in."""
        given = super().answers(fields)
        return given or texts_of([fields.get(name) for name in _ANSWERS])

    def type(self, fields: Fields) -> str:
        """How fast its answer changes."""
        return text_of(fields.get("fact_type")) or super().type(fields)

    def titles(self, fields: Fields) -> tuple[str, ...]:
        """Those of its sources that are pages of Wikipedia."""
        return super().titles(fields) or texts_of(list(map(_page, self.urls(fields))))

    def urls(self, fields: Fields) -> tuple[str, ...]:
        """Without what only tells a browser which words to highlight."""
        listed = text_of(fields.get("source")).split() if _is_of_sheet(fields) else []
        bare = [_TEXT_FRAGMENT.sub("", one) for one in listed if one.startswith("http")]
        return super().urls(fields) or texts_of(bare)

    def own_names(self, fields: Fields) -> frozenset[str]:
        """With the columns of answers, and the sheet's addresses."""
        addresses = {"source"} if _is_of_sheet(fields) else set()
        return NOT_EXTRA | set(_ANSWERS) | addresses


def _is_of_sheet(fields: Fields) -> bool:
    """Whether a row is the sheet's own, whose `source` says what an answer is known from."""
    return _ANSWERS[0] in fields


def _page(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that enclose no address
        return ""
    is_page = (parts.hostname or "").endswith("wikipedia.org") and parts.path.startswith(_PAGE)
    return unquote(parts.path.removeprefix(_PAGE)).replace("_", " ") if is_page else ""
