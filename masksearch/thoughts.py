"""A model's thought, told apart from what it says after it, however the tags are spelt."""

from __future__ import annotations

import re
from typing import NamedTuple

from masksearch.json_objects import is_in_object


class ToldApart(NamedTuple):
    """A reply's thought, None where it has none, and all else of it."""

    thought: str | None
    said: str


class _Spelling(NamedTuple):
    """How a family of models opens and closes a thought: regular expressions."""

    opened: str
    closed: str
    by_template: bool = True
    """Whether the opening may stand in the prompt; not where the closing has other uses, too."""


_NAMES = "think", "thinking", "thought", "thoughts", "reasoning", "seed:think", "mm:think"
_SPELLINGS = (
    *(_Spelling(f"<{name}>", f"</{name}>") for name in _NAMES),
    _Spelling(r"\[THINK\]", r"\[/THINK\]"),
    _Spelling("◁think▷", "◁/think▷"),
    _Spelling(r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),
    _Spelling(r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),
    _Spelling(
        r"(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)\s*<\|message\|>",
        r"<\|end\|>",
        by_template=False,
    ),
)
_TAGS = tuple(
    re.compile(f"(?P<opened>{opened})|(?P<closed>{closed})", re.IGNORECASE)
    for opened, closed, _ in _SPELLINGS
)
_FIRST = re.compile(
    # Words before a thought are let be; an object or an action before it is no thought's beginning.
    rf"[^{{<\[◁]*+(?:{'|'.join(f'({one.opened})' for one in _SPELLINGS)})",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"\s*(?:```\w*\s*)?<\w")
"""How a reply begins that is an action, and so no thought."""
_BEFORE_REPLY = re.compile(
    r"\s*(?:<\|begin_of_solution\|>|<\|START_RESPONSE\|>"
    r"|(?:<\|start\|>assistant)?<\|channel\|>final\s*<\|message\|>)",
    re.IGNORECASE,
)
"""What some families write between the thought and the reply itself."""


def told_apart(text: str) -> ToldApart:
    """Tell the thoughts at a reply's beginning from what follows them.

    A thought ends where as many tags have closed as were opened, so a form that it drafts
    with tags of its own stays in it; one that is not closed goes on to the end. Where a chat
    template opened the first thought, the reply holds its closing tag alone.
    """
    first = _FIRST.match(text)
    is_opened = first and not text[: first.start(first.lastindex or 0)].strip()
    if not is_opened and not _AT_ONCE.match(text) and (closing := _closed_only(text)):
        return ToldApart(text[: closing[0]], _reply(text[closing[1] :]))
    return _opened_by_model(text)


def _closed_only(text: str) -> tuple[int, int] | None:
    """Where a thought ends that the reply does not open; a tag that an object quotes ends none."""
    for spelling, tags in zip(_SPELLINGS, _TAGS, strict=True):
        if spelling.by_template and (closing := _closed(tags, text, 0)):
            return None if is_in_object(text, closing[0]) else closing
    return None


def _opened_by_model(text: str) -> ToldApart:
    thoughts, words, at = [], [], 0
    while opened := _FIRST.match(text, at):
        number = opened.lastindex or 1
        words.append(text[at : opened.start(number)])
        end, at = _closed(_TAGS[number - 1], text, opened.end()) or (len(text), len(text))
        thoughts.append(text[opened.end() : end])
    thought = "\n".join(thoughts) if thoughts else None
    return ToldApart(thought, "".join(words) + _reply(text[at:]))


def _closed(tags: re.Pattern[str], text: str, at: int) -> tuple[int, int] | None:
    """Where the tag begins and ends that closes the thought in which `at` is."""
    depth = 1
    for tag in tags.finditer(text, at):
        depth += 1 if tag["opened"] else -1
        if not depth:
            return tag.span()
    return None


def _reply(text: str) -> str:
    return text[before.end() :] if (before := _BEFORE_REPLY.match(text)) else text
