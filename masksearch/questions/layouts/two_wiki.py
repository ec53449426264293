"""2WikiMultihopQA's files, with the identifiers and aliases of their release of 2021 or without."""

from __future__ import annotations

import re
from types import MappingProxyType

from masksearch.questions.layout import ID, Layout
from masksearch.questions.values import Fields, first, text_of

_UUID = re.compile(r"[0-9a-f]{32}")
ANSWER_ID, ALIAS_ID = "answer_id", "q_id"


class TwoWiki(Layout):
    """HotpotQA's fields without `level`, with `evidences`, `evidences_id` and `answer_id`.

    github.com/Alab-NII/2wikimultihop. Its first scorer accepts the one `answer`; that of
    version 1.1 the aliases of `answer_id` too, which here stay apart.
    """

    name = "2wiki"
    title = "2WikiMultihopQA"
    spellings = ("2wiki", "twowiki", "wikimultihop", "wikimqa")
    sizes = MappingProxyType({"train": 167_454, "dev": 12_576})

    def marks(self, fields: Fields) -> bool:
        """Its ids, or triples of evidence."""
        is_its_id = bool(_UUID.fullmatch(text_of(first(fields, *ID))))
        return is_its_id or "evidences" in fields or "evidences_id" in fields
