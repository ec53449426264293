"""Progress on stderr: a bar on a terminal, else a plain line now and then."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

QUIET_SECONDS = 2.0
LINE_SECONDS = 5.0
_REDRAW_SECONDS = 0.1


class Meter:
    """Shows how far one job is; says nothing of jobs that end within two seconds."""

    def __init__(
        self, what: str, console: Console | None = None, *, in_bytes: bool = False
    ) -> None:
        self._what = what
        self._in_bytes = in_bytes
        self._console = console or Console(stderr=True)
        self._started = time.monotonic()
        self._told = self._started - LINE_SECONDS
        self._latest: tuple[int, int | None, str] = (0, None, "")
        self._shown: tuple[int, int | None, str] | None = None
        self._bar: Progress | None = None

    def __call__(self, done: int, total: int | None, note: str = "") -> None:
        """Implements masksearch.ports.Progress."""
        self._latest = (done, total, note)
        now = time.monotonic()
        pause = _REDRAW_SECONDS if self._console.is_terminal else LINE_SECONDS
        if now - self._started < QUIET_SECONDS or now - self._told < pause:
            return
        self._told = now
        self._show()

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
        done, total, note = self._shown = self._latest
        if self._console.is_terminal:
            self._draw(done, total, note)
            return
        of = f"/{self._amount(total)}" if total is not None else ""
        seconds = time.monotonic() - self._started
        line = f"{self._what}: {self._amount(done)}{of} {note}".rstrip()
        self._console.print(f"{line} ({seconds:.0f} s)", markup=False, highlight=False)

    def _amount(self, number: int) -> str:
        return f"{number / 1e6:.1f} MB" if self._in_bytes else str(number)

    def _draw(self, done: int, total: int | None, note: str) -> None:
        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                DownloadColumn() if self._in_bytes else MofNCompleteColumn(),
                TimeElapsedColumn(),
                *([TimeRemainingColumn()] if total else []),
                TextColumn("{task.fields[note]}", markup=False),
                console=self._console,
            )
            self._bar.add_task(self._what, note=note)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=total, note=note)
