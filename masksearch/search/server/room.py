"""Room for what clients send: so much of it at a time, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class NoRoom(Exception):
    """There is no room at present."""


class Room:
    """Bytes that all requests together may hold; used from one event loop."""

    def __init__(self, size: int) -> None:
        self.free = size

    @contextmanager
    def share(self) -> Iterator[Share]:
        """A request's share, which is given back when the block ends."""
        share = Share(self)
        try:
            yield share
        finally:
            self.free += share.held


class Share:
    """What one request holds."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.held = 0

    def take(self, size: int) -> None:
        """Hold so much more; raises NoRoom."""
        if size > self._room.free:
            raise NoRoom
        self._room.free -= size
        self.held += size
