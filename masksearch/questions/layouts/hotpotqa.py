"""HotpotQA's files: distractor and fullwiki, its own JSON lists and Hugging Face's copies."""

from __future__ import annotations

import re
from types import MappingProxyType

from masksearch.questions.layout import ID, Layout
from masksearch.questions.values import Fields, first, text_of

_OBJECT_ID = re.compile(r"5[0-9a-f]{23}")


class HotpotQA(Layout):
    """`_id, question, answer, type, level, supporting_facts, context` (hotpotqa.github.io).

    `supporting_facts` are [title, sentence] pairs; its scorer accepts the one `answer`.
    """

    name = "hotpotqa"
    title = "HotpotQA"
    spellings = ("hotpot",)
    sizes = MappingProxyType({"train": 90_447, "dev": 7_405})

    def marks(self, fields: Fields) -> bool:
        """Its ids, or a level beside supporting facts."""
        has_level = "level" in fields and "supporting_facts" in fields
        return has_level or bool(_OBJECT_ID.fullmatch(text_of(first(fields, *ID))))
