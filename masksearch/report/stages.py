"""The flow of a run, stage by stage, as far as it has come."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from masksearch.report import counts
from masksearch.report.counts import Made
from masksearch.run_folder import (
    DAPO,
    DOCUMENTS,
    EVAL,
    EXPORT,
    INDEX,
    PASSAGES,
    SFT,
    TASKS,
    TRACES,
    RunFolder,
    Stage,
    going_on,
)


class State(StrEnum):
    """How far a stage has come."""

    DONE = "done"
    RUNNING = "in progress"
    STOPPED = "stopped part-way"
    WAITING = "not run yet"


class StageView(NamedTuple):
    """A stage as it is shown; `command` begins it, goes on with it, or does nothing."""

    folder: str
    title: str
    purpose: str
    command: str
    state: State
    outcome: Made


class _Kind(NamedTuple):
    """What is to be said of a stage in any run."""

    folder: str
    title: str
    purpose: str
    command: str
    outcome: Callable[[Stage], Made]


_KINDS = (
    _Kind(
        DOCUMENTS, "Documents", "Every page becomes plain text.", "corpus build", counts.documents
    ),
    _Kind(
        PASSAGES,
        "Passages",
        "Every paragraph that is long enough becomes a passage.",
        "corpus build",
        counts.passages,
    ),
    _Kind(INDEX, "Search index", "Passages can be found by words.", "index build", counts.index),
    _Kind(
        TASKS,
        "Tasks",
        "Names, dates and numbers are masked; to fill them in, one must search.",
        "ramp build",
        counts.tasks,
    ),
    _Kind(
        TRACES,
        "Traces",
        "A team solves training tasks by searching; a judge keeps what is right.",
        "synth run",
        counts.traces,
    ),
    _Kind(
        EXPORT,
        "Conversations",
        "Kept traces as conversations: think, search, read, answer.",
        "export",
        counts.export,
    ),
    _Kind(
        SFT,
        "Supervised fine-tuning",
        "The model learns its own part of the conversations, not what a search brought back.",
        "train sft",
        counts.sft,
    ),
    _Kind(
        DAPO,
        "Reinforcement learning",
        "The model tries tasks in groups and learns from where its rewards differ (DAPO).",
        "train dapo",
        counts.dapo,
    ),
)
_EVALUATION = "Agents solve tasks from pages that were never trained on."


def flow(run: RunFolder) -> list[StageView]:
    """Every stage in order; raises StoreError for a manifest that cannot be read."""
    running = bool(run.holder())
    return [*(_view(run, kind, running) for kind in _KINDS), _evaluation(run, running)]


def _view(run: RunFolder, kind: _Kind, running: bool) -> StageView:
    stage = run.stage(kind.folder)
    begun = bool(stage.manifest)
    state = _state(begun, stage.done, running)
    outcome = kind.outcome(stage) if begun else Made()
    command = _command(run, going_on(stage, kind.command))
    return StageView(*kind[:3], command, state, outcome)


def _evaluation(run: RunFolder, running: bool) -> StageView:
    folders = sorted(path.parent for path in (run.path / EVAL).glob("*/manifest.json"))
    rows = [run.stage(f"{EVAL}/{folder.name}") for folder in folders]
    state = _state(bool(rows), all(row.done for row in rows), running)
    command = _command(run, "eval run")
    return StageView(EVAL, "Evaluation", _EVALUATION, command, state, counts.evaluation(rows))


def _state(begun: bool, done: bool, running: bool) -> State:
    if not begun:
        return State.WAITING
    if done:
        return State.DONE
    return State.RUNNING if running else State.STOPPED


def _command(run: RunFolder, words: str) -> str:
    return f"masksearch {words} --run {shlex.quote(str(run.path))}"
