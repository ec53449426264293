"""What the chat calls of a block cost, for callers that see only a role's result."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from masksearch.schemas import Cost, Usage


@dataclass
class Meter:
    """Tokens and seconds since the block was entered."""

    usage: Usage = Usage()
    started: float = field(default_factory=time.perf_counter)

    @property
    def cost(self) -> Cost:
        """Tokens and wall time since the block was entered."""
        return Cost(usage=self.usage, seconds=time.perf_counter() - self.started)


_current: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metering() -> Iterator[Meter]:
    """Count the tokens that `record` reports inside the block, also from its tasks."""
    meter = Meter()
    token = _current.set(meter)
    try:
        yield meter
    finally:
        _current.reset(token)


def record(usage: Usage) -> None:
    """Report a call's tokens to the block around it, if there is one."""
    if meter := _current.get():
        meter.usage += usage
