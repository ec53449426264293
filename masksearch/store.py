"""Files that survive being killed: append-only ledgers, atomic writes.

An item is done when its line is flushed to disk. A torn last line, which a kill in
mid-write leaves, is cut when the ledger is opened.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import IO, Any

from masksearch.errors import InputError, SchemaError, StoreError
from masksearch.schemas import R, Record, read_record
from masksearch.text import encodable

RecordKey = Callable[[Mapping[str, Any]], str]
"""Takes what a record is known by from its fields; raises KeyError where one is missing."""

SQLITE_AS_DATA = ("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")
"""What SQLite is told before it reads a file that may come from anybody."""

_READ_BLOCK = 1 << 20


def sqlite_foreign(*tables: str) -> str:
    """A query for what a SQLite file holds beside these tables: ours have no triggers or views."""
    ours = ", ".join(f"'{name}'" for name in tables)
    return (
        f"SELECT name FROM sqlite_master WHERE tbl_name NOT IN ({ours}) "
        "OR type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'"
    )


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one line that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreError(
                f"no space left on the disk while writing {path}: what was finished is kept; "
                "free some space and run the same command again"
            ) from error
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from error


def make_folder(path: Path) -> Path:
    """Create a folder and its parents; a file in its place is a StoreError."""
    with disk_errors(path):
        try:
            path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise StoreError(f"a file is where the folder {path} should be") from error
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from changing a small file between reading and writing it."""
    lock = make_folder(path.parent) / f".{path.name}.lock"
    with disk_errors(lock), lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # given back on closing
        yield


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old content or the new one."""
    with _part_of(path) as part, part.open("w", encoding="utf-8") as file:
        file.write(text)
        _flush(file)


@contextmanager
def _part_of(path: Path) -> Iterator[Path]:
    """A hidden file that takes the place of `path` when all went well, and else goes."""
    part = make_folder(path.parent) / f".{path.name}.part"
    with disk_errors(path):
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A large file to write piece by piece, which is in its place only when it is whole."""
    with _part_of(path) as part, part.open("wb") as file:
        yield file
        _flush(file)


def write_json(path: Path, value: Any) -> None:
    """`write_atomically` as indented JSON."""
    write_atomically(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """A JSON file's value; raises InputError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, or of the names and hashes of a folder's files."""
    hasher = hashlib.sha256()
    if path.is_dir():
        for child in sorted(p for p in path.rglob("*") if p.is_file()):
            hasher.update(f"{child.relative_to(path)}\0{file_hash(child)}\n".encode())
        return hasher.hexdigest()
    with path.open("rb") as file:
        while block := file.read(_READ_BLOCK):
            hasher.update(block)
    return hasher.hexdigest()


def read_lines(path: Path, *, growing: bool = False) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects of a JSONL file; raises InputError naming the line.

    `growing`: the file may be being written to, so a last line without its end is left out.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if growing and not raw.endswith(b"\n"):
                    return
                if (line := raw.decode()).strip():
                    yield number, _parse_line(path, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _parse_line(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
        if "\\ud" in line.lower():  # perhaps half of a surrogate pair
            value = json.loads(encodable(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}, line {number}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}, line {number}: not a JSON object")
    return value


def read_records(path: Path, kind: type[R], *, growing: bool = False) -> Iterator[R]:
    """The records of a JSONL file; raises InputError or SchemaError naming the line.

    `growing` as in `read_lines`.
    """
    for number, raw in read_lines(path, growing=growing):
        try:
            yield read_record(kind, raw)
        except SchemaError as error:
            raise SchemaError(f"{path}, line {number}: {error}") from error


def write_records(path: Path, records: Iterable[Record]) -> int:
    """Write a whole JSONL file at once, atomically; returns how many records."""
    lines = [record.model_dump_json() + "\n" for record in records]
    write_atomically(path, "".join(lines))
    return len(lines)


def drop_lines(path: Path, is_doomed: Callable[[Mapping[str, Any]], bool]) -> None:
    """Take objects out of a JSONL file, at once; the lines that stay keep their bytes."""
    doomed = {number for number, raw in read_lines(path) if is_doomed(raw)}
    with path.open("rb") as file, whole_file(path) as kept:
        kept.writelines(line for number, line in enumerate(file, 1) if number not in doomed)


def sort_lines(path: Path, place: Callable[[Mapping[str, Any]], tuple[int, ...]]) -> None:
    """Put a JSONL file's lines in the order of their places, at once; lines keep their bytes.

    Those of one place stay in the order in which they stand; a file that is in order is not
    written to.
    """
    places = {number: place(raw) for number, raw in read_lines(path)}
    wanted = sorted(places, key=places.__getitem__)
    if wanted != list(places):
        with path.open("rb") as file, whole_file(path) as sorted_file:
            lines = dict(enumerate(file, 1))
            sorted_file.writelines(lines[number] for number in wanted)


class Ledger:
    """An append-only JSONL file, opened for one writer.

    `keys` are those of the records already in it. `key` is the name of the field that holds
    them, or takes them from a record's fields, which a file may hold in an older form.
    """

    def __init__(self, path: Path, key: str | RecordKey) -> None:
        make_folder(path.parent)
        self.path = path
        with disk_errors(path), path.open("a+b") as file:
            cut_torn_line(file)
        self._key = _field(key) if isinstance(key, str) else key
        self.keys = _keys(path, self._key)
        with disk_errors(path):
            self._file = path.open("ab", buffering=0)
            self._whole = self._file.tell()

    def append(self, record: Record) -> None:
        """Add a record; it is on the disk when this returns.

        Raises StoreError, and ValueError for a key that is there already.
        """
        before = self._whole
        self.write(record)
        try:
            self.flush()
        except StoreError:
            self._whole = before
            self.keys.discard(self._key(dict(record)))
            raise

    def write(self, record: Record) -> None:
        """Add a record that outlives this process, but before `flush` not the machine; as `append`."""
        key = self._key(dict(record))
        if key in self.keys:
            raise ValueError(f"{self.path} already has a record {key}")
        line = record.model_dump_json().encode() + b"\n"
        with disk_errors(self.path):
            self._file.truncate(self._whole)  # cuts the half line of a write that failed
            _write_all(self._file, line)
        self._whole += len(line)
        self.keys.add(key)

    def flush(self) -> None:
        """Put all that was written on the disk; raises StoreError."""
        with disk_errors(self.path):
            _flush(self._file)

    def close(self) -> None:
        """Close the file; a full disk has already been reported by `append`."""
        with disk_errors(self.path):
            self._file.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def cut_torn_line(file: IO[bytes]) -> None:
    """Cut what follows the last newline: a write that a kill interrupted."""
    end = file.seek(0, os.SEEK_END)
    position = end
    while position > 0:
        start = max(0, position - _READ_BLOCK)
        file.seek(start)
        newline = file.read(position - start).rfind(b"\n")
        if newline >= 0:
            position = start + newline + 1
            break
        position = start
    if position < end:
        file.truncate(position)
    file.seek(0, os.SEEK_END)


def _field(name: str) -> RecordKey:
    return lambda raw: str(raw[name])


def _keys(path: Path, key: RecordKey) -> set[str]:
    keys = set()
    for number, raw in read_lines(path):
        try:
            keys.add(key(raw))
        except KeyError as error:
            raise InputError(f"{path}, line {number}: no field {error}") from error
    return keys


def _write_all(file: FileIO, data: bytes) -> None:
    while data:  # an unbuffered write may take only a part
        data = data[file.write(data) :]


def _flush(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())
