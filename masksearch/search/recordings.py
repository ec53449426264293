"""Answers of searches in one SQLite file, by a hash of what was asked of which engine.

An answer outlives a kill of the process as soon as it is kept. SQLite is not made to wait
for the disk itself: a power cut may cost answers, which can be asked for again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from masksearch.errors import InputError, QueryError, SearchError, StoreError
from masksearch.ports import SearchBackend
from masksearch.schemas import Guard, Hit, Value
from masksearch.store import SQLITE_AS_DATA, make_folder, sqlite_foreign
from masksearch.text import digest

_FORMAT = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    engine TEXT NOT NULL,
    query TEXT NOT NULL,
    top_k INTEGER NOT NULL,
    answer TEXT NOT NULL,
    at REAL NOT NULL
)
"""


class Answer(Value):
    """What a search for one query came to: hits, or why there are none."""

    hits: tuple[Hit, ...] = ()
    error: str = ""
    of_query: bool = False
    """Whether the query was at fault."""

    @classmethod
    def failed(cls, error: SearchError) -> Answer:
        """The answer of a search that failed."""
        return cls(error=str(error), of_query=isinstance(error, QueryError))

    def found(self) -> list[Hit]:
        """The hits; raises SearchError where the search had failed."""
        if self.error:
            raise (QueryError if self.of_query else SearchError)(self.error)
        return list(self.hits)


class Request(Value):
    """A query to an engine, which is named with all that its answers depend on."""

    engine: str
    query: str
    top_k: int

    @property
    def key(self) -> str:
        """The name of the answer: a hash of all of it."""
        return digest(self.engine, self.query, str(self.top_k), length=32)


def engine_of(backend: SearchBackend) -> str:
    """A back end by all that its answers depend on beside query and `top_k`."""
    made = backend.fingerprint(top_k=1, guard=Guard.NONE)
    parameters = ", ".join(f"{name}={value}" for name, value in sorted(made.parameters.items()))
    return f"{made.engine} {made.corpus_hash} ({parameters})"


class Recordings:
    """The file, opened.

    Raises InputError for a file that is something else, StoreError where the disk refuses.
    """

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        self.path = path
        if must_exist and not path.is_file():
            raise InputError(f"no recorded searches at {path}: record them first")
        make_folder(path.parent)
        with self._errors():
            self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._prepare()

    def look_up(self, request: Request, max_age: float | None = None) -> Answer | None:
        """The answer kept for this, if there is one not older than `max_age` seconds."""
        with self._errors():
            row = self._file.execute(
                "SELECT answer, at FROM answers WHERE key = ?", (request.key,)
            ).fetchone()
        if row is None or (max_age is not None and row[1] < time.time() - max_age):
            return None
        try:
            return Answer.model_validate_json(row[0])
        except ValidationError as error:
            raise InputError(f"{self.path}: the answer to {request.query!r} is damaged") from error

    def keep(self, request: Request, answer: Answer) -> None:
        """Keep an answer, instead of an older one."""
        row = (request.key, request.engine, request.query, request.top_k, answer.model_dump_json())
        with self._errors():
            self._file.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", (*row, time.time())
            )

    def __len__(self) -> int:
        with self._errors():
            return int(self._file.execute("SELECT count(*) FROM answers").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _prepare(self) -> None:
        for setting in SQLITE_AS_DATA:
            self._file.execute(setting)
        if foreign := self._file.execute(sqlite_foreign("answers")).fetchone():
            raise InputError(f"{self.path} holds {foreign[0]!r}, which is no recorded search")
        [version] = self._file.execute("PRAGMA user_version").fetchone()
        if version not in (0, _FORMAT):
            raise InputError(f"{self.path} was recorded in format {version}: upgrade masksearch")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute(_TABLE)
        self._file.execute(f"PRAGMA user_version = {_FORMAT}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(f"cannot use {self.path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise InputError(f"{self.path} holds no recorded searches: {error}") from error
