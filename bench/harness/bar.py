"""What every bench is made of: bars, groups of them, and the printed rows."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from masksearch.errors import MaskSearchError

C = TypeVar("C")
LONG_MINUTES = 10
_MEASURED_WIDTH, _BAR_WIDTH = 46, 34


class Bar(NamedTuple):
    """A demand by its fixed name."""

    name: str
    wanted: str


class Result(NamedTuple):
    """What was measured for the bar of that name, in absolute units, and whether it is met."""

    name: str
    measured: str
    met: bool


class Group(NamedTuple, Generic[C]):
    """Bars that are measured together; `measure` yields a result for each of them.

    `minutes` is about how long that takes on two idle cores; over `LONG_MINUTES` it is
    measured only when it is asked for.
    """

    name: str
    bars: Sequence[Bar]
    measure: Callable[[C], Iterator[Result]]
    minutes: float = 1.0

    @property
    def is_long(self) -> bool:
        """Whether it has to be asked for."""
        return self.minutes > LONG_MINUTES


class Unmeasured(Exception):
    """Why a group cannot be measured; its remaining bars are not met."""


class Absent(Exception):
    """What a group needs and this machine does not have; its bars are skipped."""


def run_groups(groups: Sequence[Group[C]], place: C, *, long: bool) -> int:
    """Measure groups one after another, print their rows; returns the exit code."""
    board = _Board(max(len(bar.name) for group in groups for bar in group.bars))
    for group in groups:
        if group.is_long and not long:
            for bar in group.bars:
                board.row(bar, "asked for by LONG=1", "skipped")
        else:
            _run_group(group, place, board)
    return 1 if board.failed else 0


def _run_group(group: Group[C], place: C, board: _Board) -> None:
    waiting = {bar.name: bar for bar in group.bars}
    reason, unmet = "not measured", "NOT MET"
    say(f"measuring: {group.name}")
    try:
        for result in group.measure(place):
            status = "met" if result.met else "NOT MET"
            board.row(waiting.pop(result.name), result.measured, status)
    except Absent as error:
        reason, unmet = str(error), "skipped"
    except (Unmeasured, MaskSearchError) as error:
        reason = f"not measured: {error}"
    except Exception as error:  # noqa: BLE001 - the bench goes on with the next group
        traceback.print_exc()
        reason = f"not measured: {type(error).__name__}: {error}"
    for bar in waiting.values():
        board.row(bar, " ".join(reason.split()), unmet)


class _Board:
    """The printed rows."""

    def __init__(self, name_width: int) -> None:
        self.failed = False
        self._name_width = name_width

    def row(self, bar: Bar, measured: str, status: str) -> None:
        self.failed = self.failed or status == "NOT MET"
        name, wanted = f"{bar.name:<{self._name_width}}", f"{bar.wanted:<{_BAR_WIDTH}}"
        print(f"{name}  {measured:<{_MEASURED_WIDTH}}  {wanted}  {status}", flush=True)


def say(line: str) -> None:
    """Tell a person how far the bench is; rows alone go to stdout."""
    print(f"# {line}", file=sys.stderr, flush=True)
