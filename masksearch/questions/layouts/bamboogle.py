"""Bamboogle's sheet, as a table or as JSON."""

from __future__ import annotations

from types import MappingProxyType

from masksearch.questions.layout import ID, Layout
from masksearch.questions.values import Fields, first, text_of


class Bamboogle(Layout):
    """`Question, Answer` (Press et al. 2022, github.com/ofirpress/self-ask): 125 to test on."""

    name = "bamboogle"
    title = "Bamboogle"
    spellings = ("bamboogle",)
    sizes = MappingProxyType({"test": 125})
    split = "test"

    def marks(self, fields: Fields) -> bool:
        """Its name in an id: its own sheet has no mark at all."""
        return self.is_named(text_of(first(fields, *ID)))
