"""What kind of file a corpus's file is: by its name, and by its content where that says nothing."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from masksearch.corpus.encodings import marked_encoding
from masksearch.corpus.packing import PACKED, opened
from masksearch.errors import InputError


class Kind(StrEnum):
    """How a file is read."""

    DUMP = "MediaWiki dump"
    PARQUET = "Parquet"
    LINES = "JSON lines"
    TABLE = "CSV or TSV"
    ARCHIVE = "tar"
    TEXT = "text"
    JSON = "JSON"
    """JSON lines, or one list, under a name that settings and the like bear as well."""


KNOWN = (
    "a MediaWiki dump (.xml), .jsonl, .ndjson, .json, .parquet, .csv, .tsv, .txt, .md, a .tar of JSON lines "
    "(each plain or with .gz, .bz2, .zst, .xz), or a folder of them"
)

_SUFFIXES = {
    **{".xml": Kind.DUMP, ".parquet": Kind.PARQUET, ".pq": Kind.PARQUET, ".tar": Kind.ARCHIVE},
    **{".jsonl": Kind.LINES, ".ndjson": Kind.LINES, ".json": Kind.JSON},
    **{".csv": Kind.TABLE, ".tsv": Kind.TABLE},
    **{".txt": Kind.TEXT, ".md": Kind.TEXT, ".markdown": Kind.TEXT},
}
_PACKED_TAR = re.compile(r"\.(?:tgz|tbz2?|tzst|txz)$")
_DUMP_PART = re.compile(r"\.xml-p\d+p\d+$")
_DUMP_INDEX = re.compile(r"-multistream-index\d*\.txt\b")
_HEAD_BYTES = 1 << 12
_USTAR, _USTAR_AT = b"ustar", 257
_BEGINNINGS = {"<": Kind.DUMP, "{": Kind.LINES, "[": Kind.JSON}


def unpacked_name(name: str) -> str:
    """A file's name in lower case, without the suffix of what it is packed with."""
    bare = _PACKED_TAR.sub(".tar", name.lower())
    return bare.rpartition(".")[0] if bare.endswith(PACKED) else bare


def kind_by_name(name: str) -> Kind | None:
    """The kind that a file's name tells; None where it tells none that can be read."""
    bare = unpacked_name(name)
    if _DUMP_INDEX.search(bare):
        return None
    return Kind.DUMP if _DUMP_PART.search(bare) else _SUFFIXES.get(Path(bare).suffix)


def kind_by_content(path: Path) -> Kind | None:
    """The kind that a file's first bytes tell, for one whose name does not say it."""
    try:
        with opened(path) as file:
            head = file.read(_HEAD_BYTES)
    except InputError:  # what is damaged is of no kind that could be told
        return None
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    if head[_USTAR_AT : _USTAR_AT + len(_USTAR)] == _USTAR:
        return Kind.ARCHIVE
    text = head.decode(marked_encoding(head) or "utf-8", errors="ignore")
    return _BEGINNINGS.get(text.lstrip()[:1])
