"""The lines that a training leaves, one a step, before and after it was killed."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from masksearch.stages import METRICS


def step_lines(stage: Path) -> list[str]:
    """The whole lines as they stand; a torn last one is left out."""
    path = stage / METRICS
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []


def kept(before: list[str], after: list[str]) -> int:
    """From which step a training was resumed: the steps up to it kept their lines.

    A step that is made again takes another time, so its line is another one.
    """
    pairs = zip(before, after, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
