"""Connections that do not wait for ever.

Uvicorn bounds neither the head of a request nor how long a client may take to send it, or to
read what it is sent: a few hundred clients that do nothing would keep all others out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
READ_SECONDS = 60.0
"""Without any progress, where a client does not read its answer."""
MAX_HEAD_BYTES = 65_536


class BoundedConnection(HttpToolsProtocol):
    """HTTP/1.1 with bounds on what a client may leave undone."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_head, self._head_bytes, self._heads_ended = True, 0, 0
        self._head, self._reading = _Deadline(self.loop), _Deadline(self.loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._head.begin(HEAD_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._head.end()
        self._reading.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless a head has no end."""
        before = self._in_head, self._heads_ended
        super().data_received(data)
        if before == (True, self._heads_ended):
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response(f"A request's head has {MAX_HEAD_BYTES} bytes at most.")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._head.begin(HEAD_SECONDS, self.transport.abort)

    def on_headers_complete(self) -> None:
        """A head has ended."""
        self._in_head = False
        self._heads_ended += 1
        self._head.end()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """More lies unread than the connection holds."""
        super().pause_writing()
        self._reading.begin(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read."""
        self._reading.end()
        super().resume_writing()


class _Deadline:
    """Something that happens unless what is waited for happens first."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: asyncio.TimerHandle | None = None

    def begin(self, seconds: float, late: Callable[[], None]) -> None:
        self.end()
        self._due = self._loop.call_later(seconds, late)

    def end(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
