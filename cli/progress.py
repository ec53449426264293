"""Progress on stderr: a bar on a terminal, else a plain line now and then."""

from __future__ import annotations

import time
from types import TracebackType
from typing import NamedTuple

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from masksearch.progress import Pace, about, duration

QUIET_SECONDS = 2.0
LINE_SECONDS = 5.0
_LINE_SHARE = 0.1
"""Of a long job's time, what passes between two lines: fewer come the longer it takes."""
_REDRAW_SECONDS = 0.1
_LEAST_ESTIMATE = 10.0
_BAR_WIDTH = 10


class _State(NamedTuple):
    """What was told last."""

    done: int = 0
    total: int | None = None
    note: str = ""
    left: float | None = None
    """Seconds."""


class Meter:
    """Shows how far one job is, and how long it still takes.

    Says nothing of jobs that end within two seconds. `at_once` is that of `Pace`.
    """

    def __init__(
        self,
        what: str,
        console: Console | None = None,
        *,
        in_bytes: bool = False,
        at_once: int = 1,
    ) -> None:
        self._what = what
        self._in_bytes = in_bytes
        self._console = console or Console(stderr=True)
        self._started = time.monotonic()
        self._told = self._started - LINE_SECONDS
        self._latest = _State()
        self._shown: _State | None = None
        self._pace = Pace(at_once)
        self._bar: Progress | None = None

    def __call__(self, done: int, total: int | None, note: str = "") -> None:
        """Implements masksearch.ports.Progress."""
        self._latest = _State(done, total, note, self._pace.seconds_left(done, total))
        if time.monotonic() - self._started >= QUIET_SECONDS and self._is_due:
            self._show()

    @property
    def _is_due(self) -> bool:
        """Whether a pause has passed; how much there is to do is told as soon as it is known."""
        if self._shown and self._shown.total is None and self._latest.total is not None:
            return True
        now = time.monotonic()
        lines = max(LINE_SECONDS, _LINE_SHARE * (now - self._started))
        return now - self._told >= (_REDRAW_SECONDS if self._console.is_terminal else lines)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        took = time.monotonic() - self._started
        if took >= QUIET_SECONDS and kind is None and self._shown != self._latest:
            self._show()
        if self._bar:
            self._bar.stop()

    def _show(self) -> None:
        self._shown, self._told = self._latest, time.monotonic()
        if self._console.is_terminal:
            self._draw(self._latest)
            return
        told = " ".join(filter(None, [self._amounts(self._latest), self._latest.note]))
        took = duration(time.monotonic() - self._started)
        times = ", ".join(filter(None, [took, _left(self._latest)]))
        line = f"{self._what}: {told} ({times})"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _amounts(self, state: _State) -> str:
        if not state.done and state.total is None:
            return ""
        of = f"/{self._amount(state.total)}" if state.total is not None else ""
        return f"{self._amount(state.done)}{of}"

    def _amount(self, number: int) -> str:
        return f"{number / 1e6:.1f} MB" if self._in_bytes else str(number)

    def _draw(self, state: _State) -> None:
        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(_BAR_WIDTH),
                DownloadColumn() if self._in_bytes else MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[told]}", markup=False),
                console=self._console,
            )
            self._bar.add_task(self._what, told="")
            self._bar.start()
        told = " ".join(filter(None, [_left(state), state.note]))
        [task] = self._bar.task_ids
        self._bar.update(task, completed=state.done, total=state.total, told=told)


def _left(state: _State) -> str:
    """The time that is left, where it is worth a word."""
    is_told = state.left is not None and state.left >= _LEAST_ESTIMATE
    return f"{about(state.left or 0)} left" if is_told else ""
