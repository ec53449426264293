"""Where a set of questions is read from: files, folders, or what `datasets` loads."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from masksearch.corpus.kinds import kind_by_name
from masksearch.corpus.names import path_named
from masksearch.corpus.rows import Row
from masksearch.errors import InputError
from masksearch.questions.files import QuestionFile, find_question_files, split_named
from masksearch.questions.values import as_json

if TYPE_CHECKING:
    from datasets import Dataset

_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?(?::[\w.-]+)?")


def find_sources(sources: Sequence[str], split: str) -> tuple[list[QuestionFile], Counter[str]]:
    """What the sources hold, in their order, and files left out by reason; raises InputError.

    Of a data set only `split` is read, where one is named.
    """
    found, left_out = list[QuestionFile](), Counter[str]()
    for source in sources:
        if _is_dataset(source):
            found += _loaded(source, split)
        else:
            files, others = find_question_files([source])
            found += files
            left_out += others
    return found, left_out


def _is_dataset(source: str) -> bool:
    """Whether it is the id of a data set: `owner/name`, or `owner/name:configuration`."""
    is_path = path_named(source).exists() or kind_by_name(source) is not None
    return not is_path and "/" in source and bool(_ID.fullmatch(source))


def _loaded(source: str, split: str) -> Iterator[QuestionFile]:
    from datasets import load_dataset

    path, _, configuration = source.partition(":")
    try:
        splits = load_dataset(path, configuration or None)
    except Exception as error:  # its own errors, the hub's, the network's and its files'
        raise InputError(f"no file {source}, and no data set: {_line(error)}") from error
    for name, rows in splits.items():
        told = split_named(name)
        if not split or told in ("", split):
            yield QuestionFile(f"{source}/{name}", _hash(rows), told, partial(_rows, rows))


def _rows(rows: Dataset) -> Iterator[Row]:
    return (Row(f"row {number}", dict(values)) for number, values in enumerate(rows, 1))


def _hash(rows: Dataset) -> str:
    hasher = hashlib.sha256()
    for values in rows:
        hasher.update(as_json(values).encode() + b"\n")
    return hasher.hexdigest()


def _line(error: Exception) -> str:
    said: Any = str(error).strip().splitlines() or [type(error).__name__]
    return str(said[0])
