"""Progress of a long job where nobody watches it."""

from __future__ import annotations


def unstarted() -> float:
    """Implements ports.ProgressSource where nothing is trained."""
    return 0.0


def silent(done: int, total: int | None, note: str = "") -> None:
    """Implements ports.Progress and says nothing."""
