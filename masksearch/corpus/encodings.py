"""In what encoding a text is, by its first bytes."""

from __future__ import annotations

import codecs

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def marked_encoding(head: bytes) -> str:
    """By a byte order mark, or as only UTF-16 has a zero beside a first letter; else empty."""
    for mark, encoding in _MARKED:
        if head.startswith(mark):
            return encoding
    first, second = (head[:2] + b"\1\1")[:2]
    if bool(first) == bool(second):
        return ""
    return "utf-16-le" if first else "utf-16-be"
