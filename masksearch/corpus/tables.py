"""Tables of text, CSV and TSV, as rows named by their header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from masksearch.corpus.encodings import marked_encoding
from masksearch.corpus.kinds import unpacked_name
from masksearch.corpus.packing import opened
from masksearch.corpus.rows import ITS_ENCODING, NOT_UTF8, Row

NOT_A_TABLE = "not a row of a table"
_LONGEST_FIELD = 1 << 30
_MARK_BYTES = 4
_UNDECODED = re.compile("[\udc80-\udcff]")
_SEPARATORS = ",;\t|"


def read_table(source: Path, encoding: str = "") -> Iterator[Row]:
    """The rows below a header, plain or packed; raises InputError for a damaged file.

    Fields are quoted as spreadsheets do it, with doubled quotation marks. Of a `.csv` the header
    tells the separator.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    with opened(source) as file:
        used = encoding or marked_encoding(file.peek(_MARK_BYTES)[:_MARK_BYTES]) or "utf-8"
        text = io.TextIOWrapper(file, used, errors="surrogateescape", newline="")
        header = text.readline()
        separator = _separator(source, header)
        names = next(csv.reader([header], delimiter=separator), [])
        yield from _rows(text, separator, names)


def _separator(source: Path, header: str) -> str:
    if unpacked_name(source.name).endswith(".tsv"):
        return "\t"
    return max(_SEPARATORS, key=header.count)


def _rows(text: TextIO, separator: str, names: list[str]) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    while True:
        at = f"line {reader.line_num + 2}"
        try:
            fields = next(reader, None)
        except csv.Error as error:
            yield Row(at, fault=NOT_A_TABLE, detail=str(error))
            continue
        if fields is None:
            return
        if any(map(_UNDECODED.search, fields)):
            yield Row(at, fault=NOT_UTF8, detail=ITS_ENCODING)
        elif fields:
            yield Row(at, dict(zip(names, fields, strict=False)))
