"""What somebody types: a question, or a text whose blanks are to be filled."""

from __future__ import annotations

import re

from masksearch.errors import InputError
from masksearch.schemas import MASK, Prompt, TaskKind
from masksearch.text import encodable

MOST_CHARS = 4000
"""As long as the longest passage of a corpus by default; the rest of a model's context is for
what it finds."""

_MASK_IN_ANY_CASE = re.compile(re.escape(MASK), re.IGNORECASE)


def typed_prompt(text: str, title: str = "") -> Prompt:
    """A typed text with its page's title, if known, as a task.

    Raises InputError when there is nothing to solve or more than `MOST_CHARS`.
    """
    typed = _MASK_IN_ANY_CASE.sub(MASK, encodable(text).strip())
    known = " ".join(encodable(title).split())
    if not typed:
        raise InputError(f"nothing to solve: type a question, or a text with {MASK} in it")
    if (length := len(typed) + len(known)) > MOST_CHARS:
        raise InputError(
            f"a question of {length:,} characters is too long: {MOST_CHARS:,} are allowed, "
            "the title included"
        )
    masks = typed.count(MASK)
    kind = TaskKind.RAMP if masks else TaskKind.QUESTION
    return Prompt(kind=kind, text=typed, title=known, num_masks=masks)
