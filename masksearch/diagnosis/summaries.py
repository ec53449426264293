"""What runs hold: each in a line, and one with every stage that it has or reads from below."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from masksearch.counts import TrainingCounts
from masksearch.errors import MaskSearchError
from masksearch.manifest import MANIFEST, Stage
from masksearch.report.counts import outcome
from masksearch.run_folder import RunFolder, kind_of, run_folders
from masksearch.schemas import Value
from masksearch.stages import DAPO, EVAL, PASSAGES, SFT, STAGES, TASKS, TRACES, StageKind

_COUNTED: dict[StageKind, str] = {PASSAGES: "passages", TASKS: "tasks", TRACES: "traces"}


class State(StrEnum):
    """How a stage stands, seen from the run that is looked at."""

    DONE = "done"
    PARTLY = "part-way"
    """Begun and not finished: its command resumes it."""
    HIDDEN = "hidden"
    """In a run below, made from another stage than the one that is read now."""
    DAMAGED = "damaged"


class StageSummary(Value):
    """A stage of a run or of one below it.

    `note` says why it is hidden or damaged, `ended` where and why a training ended early.
    `changes` are differences, as `name: before → after`, of what the stage was made from, or of
    its files from what they were when it was finished.
    """

    stage: str
    title: str
    run: str
    state: State
    figures: dict[str, int | float] = Field(default_factory=dict)
    hash: str = ""
    bytes: int = 0
    changes: tuple[str, ...] = ()
    note: str = ""
    ended: str = ""


class RunSummary(Value):
    """A run in a line: its figures count what is read from below, its size does not."""

    run: str
    on: str = ""
    furthest: str = ""
    figures: dict[str, int] = Field(default_factory=dict)
    bytes: int = 0
    in_use_by: str = ""
    changes: tuple[str, ...] = ()
    fault: str = ""


def run_summaries(parent: Path) -> list[RunSummary]:
    """The runs in a folder, the one worked on last first; one that cannot be read has a fault."""
    return [run_summary(path) for path in run_folders(parent)]


def run_summary(path: Path) -> RunSummary:
    """A run in a line; one that cannot be read has a fault."""
    on = ""
    try:
        run = RunFolder(path)
        on = str(run.on.path) if run.on else ""
        return _summary(run, on)
    except (MaskSearchError, OSError) as error:
        fault = " ".join(str(error).split())
        return RunSummary(run=str(path), on=on, bytes=_size(path), fault=fault)


def stage_summaries(run: RunFolder, *, thorough: bool = False) -> list[StageSummary]:
    """Every stage that a run has, reads from below or hides, in the order of a run.

    Raises StoreError for a chain that cannot be followed. Where `thorough`, every file is read
    to see whether it has changed; else only those written to since their stage was finished.
    """
    chain = run.chain
    return [
        _guarded(chain, kind, member, thorough=thorough)
        for kind in STAGES
        for member in _members(chain, kind)
    ]


def all_changes(stages: list[StageSummary]) -> tuple[str, ...]:
    """Every difference with the stage that it was found in."""
    return tuple(f"{one.stage}: {each}" for one in stages for each in one.changes)


def _summary(run: RunFolder, on: str) -> RunSummary:
    stages = stage_summaries(run)
    damaged = [f"{one.stage}: {one.note}" for one in stages if one.state is State.DAMAGED]
    done = [one for one in stages if one.state is State.DONE]
    return RunSummary(
        run=str(run.path),
        on=on,
        furthest=done[-1].stage if done else "",
        figures=_headline(run, done),
        bytes=_size(run.path),
        in_use_by=run.holder(),
        changes=all_changes(stages),
        fault="; ".join(damaged),
    )


def _headline(run: RunFolder, done: list[StageSummary]) -> dict[str, int]:
    """The figures by which runs are compared."""
    labels = {one.stage for one in done}
    counted = {
        name: outcome(run.stage(kind)).kept
        for kind, name in _COUNTED.items()
        if kind.folder in labels
    }
    models = len(labels & {SFT.folder, DAPO.folder})
    rows = sum(label.startswith(f"{EVAL.folder}/") for label in labels)
    return {**counted, **({"models": models} if models else {}), **({"rows": rows} if rows else {})}


def _members(chain: list[RunFolder], kind: StageKind) -> Iterator[str]:
    """The members of a family that any run of a chain has; of another stage itself, if one has it."""
    if kind.family:
        found = {
            path.parent.name
            for run in chain
            for path in (run.path / kind.folder).glob(f"*/{MANIFEST}")
        }
        yield from sorted(found)
    elif any(run.own(kind).begun for run in chain):
        yield ""


def _guarded(
    chain: list[RunFolder], kind: StageKind, member: str, *, thorough: bool
) -> StageSummary:
    """A stage's summary; a manifest that cannot be read is a state of its own."""
    run = next(one for one in chain if one.own(kind, member).begun)
    try:
        return _stage_summary(chain, kind, member, thorough=thorough)
    except (MaskSearchError, OSError) as error:
        return StageSummary(
            stage=run.own(kind, member).label,
            title=kind.title,
            run=str(run.path),
            state=State.DAMAGED,
            note=" ".join(str(error).split()),
        )


def _stage_summary(
    chain: list[RunFolder], kind: StageKind, member: str, *, thorough: bool
) -> StageSummary:
    run, stage = chain[0].holding(kind, member)
    note = ""
    if hidden := not stage.begun:
        run = next(one for one in chain if one.own(kind, member).begun)
        stage = run.own(kind, member)
        note = _reason_hidden(chain, run, stage)
    state = State.HIDDEN if hidden else State.DONE if stage.done else State.PARTLY
    return StageSummary(
        stage=stage.label,
        title=kind.title,
        run=str(run.path),
        state=state,
        figures={count.what: count.number for count in outcome(stage).made},
        hash=stage.hash if stage.done else "",
        bytes=_size(stage.folder),
        changes=() if hidden else tuple(_changes(run, stage, kind, thorough=thorough)),
        note=note,
        ended=counts.early_end if isinstance(counts := stage.counts, TrainingCounts) else "",
    )


def _reason_hidden(chain: list[RunFolder], run: RunFolder, stage: Stage) -> str:
    """Which run has made anew what a hidden stage was made from."""
    above = chain[: chain.index(run)]
    owners = [
        f"{one.path} has its own {label}"
        for one in above
        for label in sorted(stage.ancestry)
        if (one.path / label / MANIFEST).exists()
    ]
    return f"{', '.join(owners)}; this was made from another"


def _changes(run: RunFolder, stage: Stage, kind: StageKind, *, thorough: bool) -> Iterator[str]:
    """What is no longer as it was, of the stage's files and of what it was made from."""
    yield from stage.changed_contents(thorough=thorough)
    for name, card in stage.manifest.sources.items():
        source = run.stage(*kind_of(card.stage), making=kind)
        if not source.done:
            yield f"{name}: done → {'begun again' if source.begun else 'gone'}"
        else:
            yield from (f"{name}: {one}" for one in card.differences(source.card))


def _size(folder: Path) -> int:
    """The bytes of a folder's files, some of which may go while they are counted."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(place, name).lstat().st_size
    return total
