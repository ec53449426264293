"""A ledger's lines on the disk while others are made: one flush for many, in a thread.

A flush takes milliseconds in which an event loop, and all that waits in it, would stand still.
"""

from __future__ import annotations

import asyncio
from typing import Self

from masksearch.store import Ledger


class Flushing:
    """Flushes a ledger behind those who write to it, and to the end when the block is left."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._is_behind = False
        self._job: asyncio.Task[None] | None = None

    def wanted(self) -> None:
        """Have what was written flushed soon; raises StoreError where an earlier flush failed."""
        self._is_behind = True
        if self._job is None or self._job.done():
            if self._job is not None:
                self._job.result()
            self._job = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        while self._is_behind:
            self._is_behind = False
            await asyncio.to_thread(self._ledger.flush)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._job is not None:
            await self._job
