"""What training wrote down per step, as points of curves; pure but for the reading."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from masksearch.errors import InputError

Line = Mapping[str, Any]


class Point(NamedTuple):
    """A figure at a step, with its interval where there is one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


def read_metrics(path: Path) -> list[Line]:
    """The lines of a metrics file by step; empty where there is none yet.

    What a kill tore is left out, and what was done again after it replaces the first try.
    """
    if not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    return last_of_each_step(map(_parsed, text.splitlines()))


def last_of_each_step(lines: Iterable[Line]) -> list[Line]:
    """One line per step, in the order of the steps; lines without a step are left out."""
    by_step = {line["step"]: line for line in lines if type(line.get("step")) is int}
    return [by_step[step] for step in sorted(by_step)]


def points(lines: Iterable[Line], key: str, low: str = "", high: str = "") -> list[Point]:
    """A figure over the steps that have it, with the interval between two others."""
    return [
        Point(line["step"], value, _number(line, low), _number(line, high))
        for line in lines
        if (value := _number(line, key)) is not None
    ]


def figures(lines: Iterable[Line], key: str) -> list[float]:
    """The finite figures of that name, in order."""
    return [point.y for point in points(lines, key)]


def thinned(given: Sequence[Point], most: int = 300) -> list[Point]:
    """At most `most` points: means over neighbours, with intervals where all have one."""
    if len(given) <= most:
        return list(given)
    size = math.ceil(len(given) / most)
    return [_mean(given[start : start + size]) for start in range(0, len(given), size)]


def running_mean(given: Sequence[Point], width: int) -> list[Point]:
    """The mean of each point's last `width` figures."""
    means = [fmean(p.y for p in given[max(0, at + 1 - width) : at + 1]) for at in range(len(given))]
    return [Point(point.x, mean) for point, mean in zip(given, means, strict=True)]


def _mean(chunk: Sequence[Point]) -> Point:
    lows = [point.low for point in chunk if point.low is not None]
    highs = [point.high for point in chunk if point.high is not None]
    bounded = len(lows) == len(highs) == len(chunk)
    return Point(
        x=fmean(point.x for point in chunk),
        y=fmean(point.y for point in chunk),
        low=fmean(lows) if bounded else None,
        high=fmean(highs) if bounded else None,
    )


def _parsed(line: str) -> Line:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _number(line: Line, key: str) -> float | None:
    value = line.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
