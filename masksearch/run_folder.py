"""A run's folder: its recipe, its stages, and the run that it stands on.

A stage that a run has not made is read from the run below, and so on down; a run writes only
into itself. What was made from a stage that a run has made itself is not read from below: it
belongs to another one.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel

from masksearch import run_lock
from masksearch.containment import check_contained, is_plain_name
from masksearch.environment import environment
from masksearch.errors import InputError, StaleError, StoreError
from masksearch.manifest import MANIFEST, Stage
from masksearch.recipe_file import read_recipe
from masksearch.redaction import redacted
from masksearch.schemas import Task, Trajectory
from masksearch.settings import known_secrets
from masksearch.stages import (
    ACCEPTED,
    DOCUMENTS,
    QUESTIONS,
    STAGES,
    TASKS,
    TRACES,
    C,
    StageKind,
    ancestors,
)
from masksearch.store import disk_errors, make_folder, read_records, write_atomically, write_json
from masksearch.text import printable

CONFIG, ON, MEASURED = "config.yaml", "on", "measured"
_ENVIRONMENT, _LOG = "env.json", "log.txt"

M = TypeVar("M", float, str)


class RunFolder:
    """`runs/NAME`: everything that one run made, over what it reads from the runs below."""

    def __init__(self, path: Path, on: Path | None = None) -> None:
        """`on` is the run that a new run stands on; a begun one knows its own.

        The folder is made when something is written. Raises StoreError for a file in its place,
        and for a folder that leads out of itself.
        """
        if path.exists() and not path.is_dir():
            raise StoreError(f"a file is where the folder {path} should be")
        check_contained(path, (kind.folder for kind in STAGES))
        self.path = path
        self.name = path.name
        self._wanted = on

    @cached_property
    def on(self) -> RunFolder | None:
        """The run that this one stands on; raises StoreError when it cannot be read."""
        found = self._recorded_base()
        if self._wanted is not None:
            self._check_wanted(found)
            found = self._wanted
        return _base(found, self.path) if found is not None else None

    @property
    def chain(self) -> list[RunFolder]:
        """This run and all below it, from the top; raises StoreError for a circle."""
        runs = [self]
        while (below := runs[-1].on) is not None:
            if any(below.path.resolve() == run.path.resolve() for run in runs):
                raise StoreError(f"{self.path} stands on itself, through {runs[-1].path}")
            runs.append(below)
        return runs

    def own(self, kind: StageKind[C], member: str = "") -> Stage[C]:
        """The run's own stage, to be made; raises InputError for a name that is none."""
        if member and not is_plain_name(member):
            raise InputError(f"no name for anything in {kind.folder}: {member!r}")
        return Stage(self.path / kind.folder / member, kind, member)

    def stage(
        self, kind: StageKind[C], member: str = "", making: StageKind | None = None
    ) -> Stage[C]:
        """A stage where it is read from: here, or from below; here where nobody has it.

        `making`: the stage that is being made from it, which then hides nothing below.
        """
        return self.holding(kind, member, making)[1]

    def holding(
        self, kind: StageKind[C], member: str = "", making: StageKind | None = None
    ) -> tuple[RunFolder, Stage[C]]:
        """The run that a stage is read from, and the stage."""
        own = self.own(kind, member)
        later = making is not None and making in ancestors(kind)
        if (own.begun and not later) or len(self.chain) == 1:
            return self, own
        run, below = self.chain[1].holding(kind, member)
        return (run, below) if below.begun and not self._hides(below, making) else (self, own)

    def finished(
        self, kind: StageKind[C], member: str = "", making: StageKind | None = None
    ) -> Stage[C]:
        """A stage that another one is made from.

        Raises StoreError when it is not done, and StaleError when it, or what it was made
        from, has changed in a run below.
        """
        run, stage = self.holding(kind, member, making)
        if not stage.done:
            raise StoreError(
                f"{stage.folder} is not finished: run `{command_of(kind, stage, run.path)}` first"
            )
        if run is not self:
            _check_contents(stage, kind, run)
        _check_sources(run, stage, kind)
        return stage

    def members(self, kind: StageKind) -> list[str]:
        """The members of a family that can be read here, by name."""
        found = {
            path.parent.name
            for run in self.chain
            for path in (run.path / kind.folder).glob(f"*/{MANIFEST}")
        }
        return sorted(name for name in found if self.stage(kind, name).begun)

    def tasks(self, file: str) -> Iterator[Task]:
        """The run's tasks of a split's file; raises what `finished` does."""
        return read_records(self.finished(TASKS).folder / file, Task)

    def questions(self, name: str, split: str) -> Iterator[Task]:
        """The questions of a set's split; raises what `finished` does."""
        return read_records(self.finished(QUESTIONS, name).folder / f"{split}.jsonl", Task)

    def traces(self, file: str = ACCEPTED) -> Iterator[Trajectory]:
        """The run's judged traces, the accepted ones by default; raises what `finished` does."""
        return read_records(self.finished(TRACES).folder / file, Trajectory)

    @property
    def language(self) -> str:
        """The language of the run's documents; English where it is not known."""
        return self.stage(DOCUMENTS).counts.language.get("used") or "en"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the run's lock, and keep writers away from the runs below.

        Raises StoreError naming the process that has one of them.
        """
        with self.reading(), run_lock.writing(make_folder(self.path)):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep writers away from the runs below; raises StoreError naming one at work."""
        with run_lock.reading([run.path for run in self.chain[1:]]):
            yield

    def holder(self) -> str:
        """The process that is writing into the folder; empty when there is none."""
        return run_lock.holder(self.path)

    def describe(self, recipe: BaseModel, prompt_hashes: Mapping[str, str]) -> None:
        """Write the resolved recipe and what it runs on, before work starts."""
        measured = self.config().get(MEASURED, {})
        below = {ON: os.path.relpath(self.on.path, self.path)} if self.on else {}
        self._write_config({**below, **recipe.model_dump(mode="json"), MEASURED: measured})
        write_json(self.path / _ENVIRONMENT, environment(prompt_hashes))

    def measured(self, name: str, measure: Callable[[], M]) -> M:
        """A fact of this machine, found out once in a run or below it, and then read back."""
        config = self.config()
        known = config.setdefault(MEASURED, {})
        if name not in known:
            below = [run.config().get(MEASURED, {}) for run in self.chain[1:]]
            inherited = [facts[name] for facts in below if name in facts]
            known[name] = inherited[0] if inherited else measure()
            self._write_config(config)
        found: M = known[name]
        return found

    def config(self) -> dict[str, Any]:
        """The run's `config.yaml`, empty before it was begun; raises ConfigError."""
        path = self.path / CONFIG
        return read_recipe(path) if path.exists() else {}

    def log(self, line: str) -> None:
        """Add a line to the run's log, without the secrets that it may quote."""
        path = make_folder(self.path) / _LOG
        with disk_errors(path), path.open("a", encoding="utf-8") as file:
            file.write(printable(redacted(line.rstrip("\n"), known_secrets())) + "\n")

    def _hides(self, below: Stage, making: StageKind | None) -> bool:
        """Whether the run has made something itself that a stage below was made from."""
        hidden = below.ancestry
        if making is not None:
            later = [kind for kind in STAGES if kind is making or making in ancestors(kind)]
            hidden -= {kind.folder for kind in later}
        return any((self.path / label / MANIFEST).exists() for label in hidden)

    def _recorded_base(self) -> Path | None:
        on = self.config().get(ON)
        return self.path / str(on) if on else None

    def _check_wanted(self, recorded: Path | None) -> None:
        if not (self.path / CONFIG).exists():
            return
        if recorded is None:
            raise StoreError(f"{self.path} was begun on no other run: name a new one with --run")
        if self._wanted is not None and recorded.resolve() != self._wanted.resolve():
            shown = os.path.relpath(recorded)
            raise StoreError(f"{self.path} stands on {shown}, not on {self._wanted}")

    def _write_config(self, config: Mapping[str, Any]) -> None:
        text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
        write_atomically(self.path / CONFIG, text)


def _base(path: Path, above: Path) -> RunFolder:
    """An existing run to stand on; raises StoreError."""
    shown = Path(os.path.relpath(path))
    if not os.path.isdir(path):  # noqa: PTH112 - Path's own raises for a name that is too long
        raise StoreError(f"{above} stands on {shown}, and there is no such run")
    if path.resolve() == above.resolve():
        raise StoreError(f"{above} cannot stand on itself")
    if not (path / CONFIG).exists():
        raise StoreError(f"{above} stands on {shown}, which is no run: it has no {CONFIG}")
    return RunFolder(shown)


def _check_contents(stage: Stage, kind: StageKind, run: RunFolder) -> None:
    if changed := stage.changed_contents():
        raise StaleError(
            f"{stage.folder} was changed after it was finished ({'; '.join(changed)}): put the "
            f"old files back, or run `{command_of(kind, stage, run.path)} --if-exists restart`"
        )


def _check_sources(run: RunFolder, stage: Stage, kind: StageKind) -> None:
    """Raises StaleError where what a stage was made from has changed in a run below."""
    for name, card in stage.manifest.sources.items():
        source_kind, member = kind_of(card.stage)
        holder, source = run.holding(source_kind, member, making=kind)
        if holder is not run:
            _check_contents(source, source_kind, holder)
            if changed := card.differences(source.card):
                raise StaleError(
                    f"{stage.folder} was made from {source.folder} as it was before "
                    f"({name}: {'; '.join(changed)}): use --if-exists restart to make it again"
                )
        _check_sources(holder, source, source_kind)


def kind_of(label: str) -> tuple[StageKind, str]:
    """The kind and the member of a card's stage; raises InputError for an unknown one."""
    folder, _, member = label.partition("/")
    for kind in STAGES:
        if kind.folder == folder:
            return kind, member
    raise InputError(f"a manifest names a stage that this masksearch does not know: {label}")


def command_of(kind: StageKind, stage: Stage, run: Path) -> str:
    """The command that makes a stage, or resumes it."""
    return f"masksearch {continuing(stage, kind.command)} --run {shlex.quote(str(run))}"


def continuing(stage: Stage, command: str) -> str:
    """The words of a command that resume a stage: with the model that it was begun from."""
    start = stage.facts.get("start")
    return f"{command} --model {shlex.quote(str(start))}" if start else command


def run_folders(parent: Path) -> list[Path]:
    """The run folders in a folder, the one worked on last first."""
    configs = sorted(parent.glob(f"*/{CONFIG}"), key=lambda path: -path.stat().st_mtime)
    return [config.parent for config in configs]
