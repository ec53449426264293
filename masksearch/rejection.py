"""What was not taken, and why: nothing is dropped in silence."""

from __future__ import annotations

from masksearch.schemas import Record


class Rejection(Record):
    """An item, by its id or title, that a stage refused, with a reason from a short list."""

    item: str
    reason: str
    detail: str = ""
    """What else is known, such as the passage that it repeats."""
