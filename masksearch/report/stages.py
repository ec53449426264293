"""The flow of a run, stage by stage, as far as it has come."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from masksearch.report import counts
from masksearch.report.counts import Made
from masksearch.run_folder import RunFolder, command_of
from masksearch.stages import EVAL, StageKind


class StageView(NamedTuple):
    """A stage as it is shown; `command` begins it, resumes it, or does nothing.

    `below` is the run that it is read from, where that is not the run itself.
    """

    folder: str
    title: str
    purpose: str
    command: str
    state: State
    outcome: Made
    below: str = ""


class State(StrEnum):
    """How far a stage has come."""

    DONE = "done"
    RUNNING = "in progress"
    STOPPED = "stopped part-way"
    """Begun and not finished, and nobody holds the run's lock."""
    WAITING = "not run yet"


_SHOWN = tuple(kind for kind in counts.OUTCOMES if kind is not EVAL)
"""Beside the evaluation, whose rows are shown together."""


def flow(run: RunFolder) -> list[StageView]:
    """Every stage in order; raises StoreError for a manifest that cannot be read."""
    running = bool(run.holder())
    return [*(_view(run, kind, running) for kind in _SHOWN), _evaluation(run, running)]


def _view(run: RunFolder, kind: StageKind, running: bool) -> StageView:
    holder, stage = run.holding(kind)
    state = _state(stage.begun, stage.done, running)
    outcome = counts.outcome(stage) if stage.begun else Made()
    return StageView(
        kind.folder,
        kind.title,
        kind.purpose,
        command_of(kind, stage, holder.path),
        state,
        outcome,
        str(holder.path) if holder is not run else "",
    )


def _evaluation(run: RunFolder, running: bool) -> StageView:
    rows = [run.stage(EVAL, name) for name in run.members(EVAL)]
    state = _state(bool(rows), all(row.done for row in rows), running)
    command = command_of(EVAL, run.own(EVAL), run.path)
    made = counts.evaluation(rows)
    return StageView(EVAL.folder, EVAL.title, EVAL.purpose, command, state, made)


def _state(begun: bool, done: bool, running: bool) -> State:
    if not begun:
        return State.WAITING
    if done:
        return State.DONE
    return State.RUNNING if running else State.STOPPED
