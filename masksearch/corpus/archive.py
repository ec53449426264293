"""Archives of JSON lines, as Wikimedia Enterprise publishes them, as rows."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import cast

from masksearch.corpus.jsonl import json_rows
from masksearch.corpus.kinds import Kind, kind_by_name
from masksearch.corpus.names import readable
from masksearch.corpus.packing import opened, unpacked
from masksearch.corpus.rows import Row
from masksearch.errors import InputError

_READ = {Kind.LINES, Kind.JSON}


def read_archive(path: Path, encoding: str = "") -> Iterator[Row]:
    """The rows of a tar's members in order; raises InputError where it has none or is damaged."""
    members = 0
    try:
        with opened(path) as file, tarfile.open(fileobj=file, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if _is_read(member) else None
                if content is not None:
                    members += 1
                    rows = json_rows(unpacked(BufferedReader(cast(RawIOBase, content))), encoding)
                    yield from (row._replace(at=_place(member.name, row)) for row in rows)
    except tarfile.TarError as error:
        raise InputError(f"{readable(path)} is cut short or damaged ({error})") from error
    if not members:
        raise InputError(f"{readable(path)} holds no file of JSON lines (.ndjson or .jsonl)")


def _is_read(member: tarfile.TarInfo) -> bool:
    name = Path(member.name).name
    return member.isfile() and not name.startswith(".") and kind_by_name(name) in _READ


def _place(member: str, row: Row) -> str:
    """The row's place with that of its member: `line part_0.ndjson:17`."""
    unit = row.at.removesuffix(row.number)
    return f"{unit}{readable(member).replace(' ', '_')}:{row.number}"
