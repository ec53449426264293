"""Where the paragraphs of a plain text are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from masksearch.schemas import Interval

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_END = re.compile(r"\s*\n\s*")
_WRAPPED_CHARS = 160
"""No text is wrapped to longer lines: one that is longer is a paragraph of its own."""
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def paragraphs(text: str, *, is_ours: bool) -> Iterator[Interval]:
    """What stands between blank lines, without the white space around it.

    In a text that is not ours to lay out (`is_ours`), a line may be a paragraph, as
    wikiextractor writes them; then it is what stands between the ends of lines.
    """
    gap = _LINE_END if not is_ours and _has_paragraph_lines(text) else _BLANK_LINE
    start = 0
    for end, after in [*(found.span() for found in gap.finditer(text)), (len(text), 0)]:
        block = text[start:end]
        if inner := block.strip():
            begin = start + len(block) - len(block.lstrip())
            yield Interval(begin, begin + len(inner))
        start = after


def _has_paragraph_lines(text: str) -> bool:
    """Whether most of the long lines stand beside another line, with no blank one between."""
    if "\n" not in text:
        return False
    lines = ["", *(line.strip() for line in text.split("\n")), ""]
    around = zip(lines, lines[1:], lines[2:], strict=False)
    beside = [bool(before or after) for before, line, after in around if _is_long(line)]
    return sum(beside) > len(beside) / 2


def _is_long(line: str) -> bool:
    return len(line) + len(_WIDE.findall(line)) > _WRAPPED_CHARS
