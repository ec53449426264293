"""Names of files as text: a path may hold bytes that are no UTF-8, which nothing can store."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


def readable(path: Path | str) -> str:
    r"""A path as text that can be stored and shown; bytes that are no UTF-8 become `\xe9`."""
    return os.fsencode(path).decode(errors="backslashreplace")


def path_named(text: str) -> Path:
    """The path that `readable` made a text of."""
    path = Path(text)
    if path.exists() or "\\x" not in text:
        return path
    raw = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), os.fsencode(text))
    unescaped = Path(os.fsdecode(raw))
    return unescaped if unescaped.exists() else path
