"""What is being waited for: a spinner on a terminal's stderr."""

from __future__ import annotations

from rich.console import Console
from rich.status import Status
from rich.text import Text


class Waiting:
    """Shows one thing at a time; nothing stands there any more once it is over."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._status: Status | None = None

    def on(self, what: str, *, always: bool = False) -> None:
        """Say what is waited for now; without a terminal only where it must be known."""
        self.over()
        if self._console.is_terminal:
            self._status = self._console.status(Text(what))
            self._status.start()
        elif always:
            self._console.print(what, markup=False, highlight=False, soft_wrap=True)

    def over(self) -> None:
        """Clear the line, before anything else is printed."""
        if self._status:
            self._status.stop()
            self._status = None

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        self.over()
