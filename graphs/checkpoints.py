"""The SQLite checkpointer of attempts in flight.

It is not the record of what is done (the ledgers are): it only lets an attempt that was
killed go on where it stood, and a finished attempt's thread is deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from graphs.config import EXTRACTIVE
from masksearch.errors import StoreError
from masksearch.store import make_folder

Durability = Literal["sync", "async", "exit"]
_FILE = "checkpoints.sqlite"


def durability(team: str) -> Durability:
    """How often the steps of an attempt are written.

    A language model's step is paid for, in money or in seconds, so it is on the disk before
    the next one starts (some milliseconds beside a call of seconds). The extractive team
    repeats a whole task in less time than writing its steps takes, so only the end of a
    task, or where it was cancelled, is written.
    """
    return "exit" if team == EXTRACTIVE else "sync"


@asynccontextmanager
async def open_checkpoints(folder: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """The checkpointer kept in a stage's folder; raises StoreError when it is unusable."""
    path = make_folder(folder) / _FILE
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        await _prepare(saver, path)
        yield saver


async def _prepare(saver: AsyncSqliteSaver, path: Path) -> None:
    try:
        await saver.setup()
        # With a write-ahead log a killed process loses nothing at this level; only a power
        # cut can lose the last steps, which are then taken again.
        await saver.conn.execute("PRAGMA synchronous=NORMAL")
    except sqlite3.DatabaseError as error:
        raise StoreError(f"cannot use {path}: {error}; delete it and run again") from error


async def pending_threads(saver: AsyncSqliteSaver) -> set[str]:
    """The threads of attempts that were in flight when the last run ended."""
    async with saver.conn.execute("SELECT DISTINCT thread_id FROM checkpoints") as rows:
        return {str(row[0]) async for row in rows}


def remove_checkpoints(folder: Path) -> None:
    """Delete the closed checkpointer's files: nothing is in flight any more."""
    for suffix in ("", "-wal", "-shm"):
        (folder / f"{_FILE}{suffix}").unlink(missing_ok=True)
