"""Where a name stands in a text, however it is written there."""

from __future__ import annotations

import re

from masksearch.schemas import Interval
from masksearch.team.blanks import words

_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*\Z")


def bare(title: str) -> str:
    """A page's title without what tells it from others of its name, such as `(1972 film)`."""
    return _IN_BRACKETS.sub("", title) or title


def folded(name: str) -> tuple[str, ...]:
    """The words of a name, by which two spellings of it are the same."""
    return tuple(word.text for word in words(name))


def places(text: str, name: str) -> list[Interval]:
    """Every place in which a name stands in a text as whole words, in order."""
    wanted, found = folded(name), words(text)
    size = len(wanted)
    if not size:
        return []
    starts = range(len(found) - size + 1)
    same = [at for at in starts if tuple(w.text for w in found[at : at + size]) == wanted]
    return [Interval(found[at].start, found[at + size - 1].end) for at in same]


def standing(text: str, name: str) -> str:
    """A name as it is first written in a text, with the bracket that it opens; else nothing."""
    for start, end in places(text, name):
        written = text[start:end]
        is_open = written.count("(") > written.count(")") and text[end : end + 1] == ")"
        return f"{written})" if is_open else written
    return ""
