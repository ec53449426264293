"""The SQLite checkpointer of attempts in flight.

It is not the record of what is done (the ledgers are): it only lets an attempt that was
killed go on where it stood, and a finished attempt's thread is deleted. The file may come from
anybody, as the run folder may: what is read from it is checked before LangGraph sees it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from pydantic import BaseModel, Field, TypeAdapter

from graphs.config import RULES
from graphs.state_serializer import StateSerializer
from graphs.synthesis import SynthesisState
from masksearch.errors import StoreError
from masksearch.store import SQLITE_AS_DATA, make_folder, sqlite_foreign

Durability = Literal["sync", "async", "exit"]
_FILE = "checkpoints.sqlite"
_SAID = 200
"""Characters of a reason that are shown at most."""
_START = "__start__"
"""The channel that holds the state in which an attempt enters the graph."""
_CHANNELS: dict[str, TypeAdapter[Any]] = {
    _START: TypeAdapter(dict[str, Any]),
    **{name: TypeAdapter(kind) for name, kind in get_type_hints(SynthesisState).items()},
}
_Versions = dict[str, Annotated[str, Field(pattern=r"^\d{1,40}(\.|$)")]]


class _Shape(BaseModel):
    """What LangGraph takes for granted of a checkpoint and its metadata."""

    v: int
    id: str
    ts: str
    channel_values: dict[str, Any]
    channel_versions: _Versions
    versions_seen: dict[str, _Versions]
    updated_channels: list[str] | None = None
    source: str
    step: int
    parents: dict[str, str] = {}


class Checkpoints(AsyncSqliteSaver):
    """LangGraph's saver for synthesis, which reads nothing but states."""

    serde = StateSerializer(SynthesisState)
    path = Path()
    """Set by `open_checkpoints`, for what is said of the file."""

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """A thread's checkpoint; raises StoreError where it is not one of synthesis."""
        with _damage(self.path):
            if found := await super().aget_tuple(config):
                _check(found)
            return found

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> Checkpoints:
        """The same: what may be read is fixed, whatever the environment says."""
        return self


def durability(team: str) -> Durability:
    """How often the steps of an attempt are written.

    A language model's step is paid for, in money or in seconds, so it is on the disk before
    the next one starts (some milliseconds beside a call of seconds). A team of rules
    repeats a whole task in less time than writing its steps takes, so only the end of a
    task, or where it was cancelled, is written.
    """
    return "exit" if team in RULES else "sync"


@asynccontextmanager
async def open_checkpoints(folder: Path) -> AsyncIterator[Checkpoints]:
    """The checkpointer kept in a stage's folder; raises StoreError when it is unusable."""
    path = make_folder(folder) / _FILE
    async with Checkpoints.from_conn_string(str(path)) as saver:
        assert isinstance(saver, Checkpoints)
        saver.path = path
        try:
            await _prepare(saver)
            yield saver
        except sqlite3.Error as error:
            raise _unusable(path, error) from error


async def _prepare(saver: Checkpoints) -> None:
    for setting in SQLITE_AS_DATA:
        await saver.conn.execute(setting)
    async with saver.conn.execute(sqlite_foreign("checkpoints", "writes")) as found:
        if foreign := await found.fetchone():
            raise _unusable(saver.path, f"it holds {foreign[0]!r}, which is not ours")
    await saver.setup()
    # With a write-ahead log a killed process loses nothing at this level; only a power
    # cut can lose the last steps, which are then taken again.
    await saver.conn.execute("PRAGMA synchronous=NORMAL")


async def pending_threads(saver: Checkpoints) -> set[str]:
    """The threads of attempts that were in flight when the last run ended."""
    async with saver.conn.execute("SELECT DISTINCT thread_id FROM checkpoints") as rows:
        return {str(row[0]) async for row in rows}


def remove_checkpoints(folder: Path) -> None:
    """Delete the closed checkpointer's files: nothing is in flight any more."""
    for suffix in ("", "-wal", "-shm"):
        (folder / f"{_FILE}{suffix}").unlink(missing_ok=True)


def _check(found: CheckpointTuple) -> None:
    """Raises ValueError where the values are not of the kinds that the state declares."""
    _Shape.model_validate({**found.checkpoint, **found.metadata}, strict=True)
    values: Mapping[str, Any] = found.checkpoint["channel_values"]
    written = [(name, value) for _, name, value in found.pending_writes or ()]
    entered = values.get(_START, {})
    for name, value in [*values.items(), *written, *entered.items()]:
        if name in _CHANNELS:
            _CHANNELS[name].validate_python(value, strict=True)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn what reading a store that is none runs into to one line."""
    try:
        yield
    except (StoreError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, reason: object) -> StoreError:
    said = " ".join(str(reason).split())[:_SAID]
    return StoreError(f"cannot use {path}: {said}; delete it and run again")
