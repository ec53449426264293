"""Tables of text, CSV and TSV, as rows named by their header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from masksearch.corpus.encodings import marked_encoding
from masksearch.corpus.kinds import unpacked_name
from masksearch.corpus.packing import opened
from masksearch.corpus.rows import ITS_ENCODING, NOT_UTF8, Row

NOT_A_TABLE = "not a row of a table"
IsHeader = Callable[[Sequence[str]], bool]
"""Whether the fields of a line are names of columns."""

_LONGEST_FIELD = 1 << 30
_MARK_BYTES = 4
_SAMPLED = 100
_PREAMBLE = 20
"""Lines that may stand before a header, such as a warning to readers."""
_UNDECODED = re.compile("[\udc80-\udcff]")
_SEPARATORS = ",;\t|"


def read_table(
    source: Path, encoding: str = "", is_header: IsHeader | None = None
) -> Iterator[Row]:
    """The rows below a header, plain or packed; raises InputError for a damaged file.

    The header is the first line, or the first of the first lines that `is_header` takes for it.
    Fields are quoted as spreadsheets do it, with doubled quotation marks, unless the first rows
    of a `.tsv` show that its quotation marks are text. Of a `.csv` the header tells the separator.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    with opened(source) as file:
        used = encoding or marked_encoding(file.peek(_MARK_BYTES)[:_MARK_BYTES]) or "utf-8"
        text = io.TextIOWrapper(file, used, errors="surrogateescape", newline="")
        first = list(islice(text, _SAMPLED))
        above = _header_at(source, first[:_PREAMBLE], is_header) if is_header else 0
        header, first = "".join(first[above : above + 1]), first[above + 1 :]
        separator = _separator(source, header)
        names = _fields(header, separator)
        quoting = _quoting(first, separator, len(names))
        for row in _rows(chain(first, text), separator, names, quoting):
            yield row._replace(at=f"line {int(row.number) + above}") if above else row


def _header_at(source: Path, lines: Sequence[str], is_header: IsHeader) -> int:
    """Which of the first lines is the header; the first one where none is."""
    split = (_fields(line, _separator(source, line)) for line in lines)
    return next((at for at, fields in enumerate(split) if is_header(fields)), 0)


def _fields(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _separator(source: Path, header: str) -> str:
    if unpacked_name(source.name).endswith(".tsv"):
        return "\t"
    return max(_SEPARATORS, key=header.count)


def _quoting(lines: Sequence[str], separator: str, width: int) -> Literal[0, 3]:
    """None where a line is no row with quotes, but each has as many fields as there are names."""
    even = all(line.count(separator) + 1 == width for line in lines if line.strip())
    is_plain = separator == "\t" and even and not all(map(_reads_quoted, lines))
    return csv.QUOTE_NONE if is_plain else csv.QUOTE_MINIMAL


def _reads_quoted(line: str) -> bool:
    try:
        return any(csv.reader([line], delimiter="\t", strict=True)) or not line.strip()
    except csv.Error:
        return False


def _rows(
    lines: Iterable[str], separator: str, names: list[str], quoting: Literal[0, 3]
) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True, quoting=quoting)
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
