"""JSON as rows, a list of any length element by element: training sets hold gigabytes of contexts."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from masksearch.corpus.encodings import marked_encoding
from masksearch.corpus.jsonl import json_rows
from masksearch.corpus.packing import opened
from masksearch.corpus.rows import NO_OBJECT, NOT_JSON, NOT_UTF8, TOO_DEEP, Row

_HEAD_BYTES = 64
_BLOCK_CHARS = 1 << 20
_BLANK = " \t\r\n\ufeff"
_BETWEEN = _BLANK + ","
_DECODER = json.JSONDecoder()


def read_json_rows(path: Path) -> Iterator[Row]:
    """A row a line, or one an element of a list; raises InputError for a damaged file.

    Nothing is read behind an element that cannot be: the list is cut short or damaged there.
    """
    with opened(path) as file:
        head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        encoding = marked_encoding(head) or "utf-8"
        if head.decode(encoding, errors="ignore").lstrip(_BLANK).startswith("["):
            yield from _elements(io.TextIOWrapper(file, encoding))
        else:
            yield from json_rows(file)


def _elements(file: io.TextIOBase) -> Iterator[Row]:
    number = 0
    try:
        for number, value in enumerate(_values(file), 1):
            fault = "" if isinstance(value, dict) else NO_OBJECT
            yield Row(f"element {number}", {} if fault else value, fault)
    except UnicodeDecodeError as error:
        yield Row(f"element {number + 1}", fault=NOT_UTF8, detail=error.reason)
    except RecursionError:
        yield Row(f"element {number + 1}", fault=TOO_DEEP)
    except ValueError as error:
        yield Row(f"element {number + 1}", fault=NOT_JSON, detail=str(error))


def _values(file: io.TextIOBase) -> Iterator[Any]:
    """The values of a list; raises ValueError where one is cut or the list is not closed."""
    text, at, block = file.read(_BLOCK_CHARS).lstrip(_BLANK), 1, _BLOCK_CHARS
    while True:
        at = _behind(text, at)
        if text[at : at + 1] == "]":
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except ValueError:
            if not (more := file.read(block)):
                raise
            text, at, block = text[at:] + more, 0, 2 * block
        else:
            yield value
            at, block = end, _BLOCK_CHARS


def _behind(text: str, at: int) -> int:
    """The first place from `at` on that is neither blank nor a comma."""
    while text[at : at + 1] and text[at] in _BETWEEN:
        at += 1
    return at
