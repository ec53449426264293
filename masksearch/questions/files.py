"""Which files a set of questions is read from, and their rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from masksearch.corpus.archive import read_archive
from masksearch.corpus.folder import walk
from masksearch.corpus.kinds import Kind, kind_by_content, kind_by_name
from masksearch.corpus.names import path_named, readable
from masksearch.corpus.parquet import read_parquet
from masksearch.corpus.rows import Row
from masksearch.corpus.tables import read_table
from masksearch.errors import InputError
from masksearch.questions.json_list import read_json_rows
from masksearch.questions.layout import QUESTION
from masksearch.schemas.questions import DEV, TEST, TRAIN
from masksearch.store import file_hash

KNOWN = (
    ".json, .jsonl, .csv, .tsv, .parquet or a .tar of those (plain or with .gz, .bz2, .zst, .xz)"
)
_WORD = re.compile(r"[^a-z]+")
_SPLITS = {
    **dict.fromkeys(("train", "training"), TRAIN),
    **dict.fromkeys(("dev", "devel", "development", "validation", "valid", "val"), DEV),
    **dict.fromkeys(("test", "testing"), TEST),
}


class QuestionFile(NamedTuple):
    """Rows to read: a file's, or those of a split of a data set.

    `name` is what messages, ids and manifests call it. `hash` is that of all it holds.
    """

    name: str
    hash: str
    split: str
    """The one that its name tells; empty where it tells none."""
    rows: Callable[[], Iterator[Row]]
    is_table: bool = False
    """Whether its rows are all of one width."""
    is_within: bool = False
    """Whether it was found in a folder, beside others that may be something else."""


def find_question_files(sources: Sequence[str]) -> tuple[list[QuestionFile], Counter[str]]:
    """The files that are named or lie in the folders that are; and what was left out, by reason.

    Raises InputError for one that is not there or is of no kind that can be read.
    """
    left_out = Counter[str]()
    found = [one for source in sources for one in _files_of(path_named(source), left_out)]
    return found, left_out


def split_named(name: str) -> str:
    """The split that a name tells, such as `dev` for `validation`; empty where it tells none."""
    words = {_SPLITS[word] for word in _WORD.split(name.lower()) if word in _SPLITS}
    return words.pop() if len(words) == 1 else ""


def _files_of(path: Path, left_out: Counter[str]) -> Iterator[QuestionFile]:
    if path.is_dir():
        yield from _in_folder(path, left_out)
    elif not path.exists():
        raise InputError(f"{readable(path)} does not exist")
    elif (reader := _reader(path)) is None:
        raise InputError(f"{readable(path)}: unknown kind of file; questions stand in {KNOWN}")
    else:
        yield _file(path, readable(path.name), reader)


def _in_folder(folder: Path, left_out: Counter[str]) -> Iterator[QuestionFile]:
    found = walk(folder)
    left_out.update(found.left_out)
    readers = [(path, _reader(path)) for path in found.paths]
    if not any(reader for _, reader in readers):
        raise InputError(f"{readable(folder)} holds no file of questions, which is {KNOWN}")
    for path, reader in readers:
        if reader is None:
            left_out["unknown kind of file"] += 1
        else:
            name = readable(path.relative_to(folder).as_posix())
            yield _file(path, name, reader)._replace(is_within=True)


def _file(path: Path, name: str, reader: Callable[[Path], Iterator[Row]]) -> QuestionFile:
    try:
        hashed = file_hash(path)
    except OSError as error:
        raise InputError(f"cannot read {readable(path)}: {error.strerror or error}") from error
    is_table = reader is _read_table
    return QuestionFile(name, hashed, split_named(name), lambda: reader(path), is_table)


def _reader(path: Path) -> Callable[[Path], Iterator[Row]] | None:
    kind = kind_by_name(path.name) or (None if path.suffix else kind_by_content(path))
    return _READERS.get(kind) if kind else None


def _read_table(path: Path) -> Iterator[Row]:
    return read_table(path, is_header=_names_questions)


def _names_questions(fields: Sequence[str]) -> bool:
    """Whether these are names of columns, below a sheet's warning to its readers."""
    return any(field.strip().lower().lstrip("\ufeff") in QUESTION for field in fields)


def _read_parquet(path: Path) -> Iterator[Row]:
    return read_parquet(path, lambda names: names)


_READERS: dict[Kind, Callable[[Path], Iterator[Row]]] = {
    Kind.LINES: read_json_rows,
    Kind.JSON: read_json_rows,
    Kind.TABLE: _read_table,
    Kind.PARQUET: _read_parquet,
    Kind.ARCHIVE: read_archive,
}
