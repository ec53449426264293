"""JSON lines, and lists of JSON objects, as rows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from masksearch.corpus.encodings import marked_encoding
from masksearch.corpus.names import readable
from masksearch.corpus.packing import opened
from masksearch.corpus.rows import ITS_ENCODING, NO_OBJECT, NOT_JSON, NOT_UTF8, TOO_DEEP, Row
from masksearch.errors import InputError

_MARK, _MARK_BYTES = "\ufeff", 4
_BLANK = b"\xef\xbb\xbf \t\r\n"
_UTF8 = ("", "utf-8", "utf-8-sig")
_ACTIONS = ("index", "create")


def read_objects(source: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers and objects of a file; raises InputError naming the first line that is none."""
    for number, row in enumerate(read_json(source), 1):
        if row.fault:
            why = f"{row.fault}: {row.detail}" if row.detail else row.fault
            raise InputError(f"{readable(source)}, {row.at}: {why}")
        yield number, dict(row.values)


def read_json(source: Path, encoding: str = "") -> Iterator[Row]:
    """The rows of a file, plain or packed; raises InputError for one that is damaged."""
    with opened(source) as file:
        yield from json_rows(file, encoding)


def json_rows(file: io.BufferedReader, encoding: str = "") -> Iterator[Row]:
    """A row a line, or one an element where the first line begins a list.

    A line that only names a document, as in the bulk format of Elasticsearch, gives its id to
    the next one. What cannot be read is a row with a fault.
    """
    lines = _lines(file, encoding)
    named: dict[str, Any] = {}
    is_first = True
    for number, line in enumerate(lines, 1):
        begins = line.lstrip(_BLANK)
        if is_first and begins.startswith(b"["):
            yield from _elements(b"".join([line, *lines]))
        elif begins:
            is_first = False
            row = _row(f"line {number}", line)
            if (action := _action(row)) is None:
                yield row._replace(values={**named, **row.values}) if named else row
            named = action or {}


def _lines(file: io.BufferedReader, encoding: str) -> Iterator[bytes]:
    """Lines in UTF-8, or what was meant for it; each of them may still be no text."""
    encoding = encoding or marked_encoding(file.peek(_MARK_BYTES)[:_MARK_BYTES])
    if encoding in _UTF8:
        yield from file
    else:
        text = io.TextIOWrapper(file, encoding, errors="replace", newline="\n")
        yield from (line.encode() for line in text)


def _row(at: str, line: bytes) -> Row:
    value = _parsed(at, line)
    return value if isinstance(value, Row) else _of_value(at, value)


def _parsed(at: str, data: bytes) -> Any:
    """A JSON value, or a row that says why there is none."""
    try:
        return json.loads(data.decode(errors="surrogatepass").lstrip(_MARK))
    except UnicodeDecodeError:
        return Row(at, fault=NOT_UTF8, detail=ITS_ENCODING)
    except RecursionError:
        return Row(at, fault=TOO_DEEP)
    except ValueError as error:
        return Row(at, fault=NOT_JSON, detail=str(error))


def _of_value(at: str, value: Any) -> Row:
    return Row(at, value) if isinstance(value, dict) else Row(at, fault=NO_OBJECT)


def _action(row: Row) -> dict[str, Any] | None:
    """What a line of Elasticsearch's bulk format says of the next one; None for other lines."""
    if len(row.values) != 1:
        return None
    (name, value), *_ = row.values.items()
    if name not in _ACTIONS or not isinstance(value, dict):
        return None
    return {key: value[key] for key in ("_id",) if key in value}


def _elements(data: bytes) -> Iterator[Row]:
    found = _parsed("line 1", data)
    if isinstance(found, Row):
        yield found
    else:
        yield from (_of_value(f"element {n}", value) for n, value in enumerate(found, 1))
