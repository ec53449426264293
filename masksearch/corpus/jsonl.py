"""JSONL files, plain or gzipped, as documents."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from masksearch.config import CorpusConfig
from masksearch.corpus.rows import Rows
from masksearch.errors import InputError
from masksearch.rejection import Rejection
from masksearch.schemas import Document


def read_jsonl(source: Path, config: CorpusConfig) -> Iterator[Document | Rejection]:
    """Lines in order; raises InputError naming the line."""
    rows = Rows(config.name or source.name.partition(".")[0], config)
    for number, row in read_objects(source):
        yield rows.read(row, f"{source}, line {number}")


def read_objects(source: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects; raises InputError naming the line."""
    for number, line in _lines(source):
        try:
            value = json.loads(line)
        except ValueError as error:
            raise InputError(f"{source}, line {number}: not JSON: {error}") from error
        if not isinstance(value, dict):
            raise InputError(f"{source}, line {number}: not a JSON object")
        yield number, value


def _lines(source: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with gzip.open(source) if source.suffix.lower() == ".gz" else source.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{source}, line {number}: not UTF-8 text") from error
    except (EOFError, zlib.error) as error:
        raise InputError(f"{source} is cut short or damaged after line {number}") from error
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror or error}") from error
