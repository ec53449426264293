"""A stage's folder and its manifest: what it was made from, what came out, whether it is done.

A stage is done when its manifest says so. Beginning it again with the same inputs and
settings does nothing; with others it is refused, with the difference shown, unless the user
asks to restart it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from masksearch.errors import InputError, SchemaError, StaleError, StoreError
from masksearch.schemas import Record, Value, read_record
from masksearch.stages import C, StageKind, ancestors
from masksearch.store import disk_errors, file_hash, make_folder, read_json, write_json
from masksearch.text import digest

MANIFEST = "manifest.json"
_RAW = TypeAdapter(dict[str, Any])
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN_DIGITS = 12
_SHOWN = 60
"""Longest value of a difference."""


class IfExists(StrEnum):
    """What to do with a stage that was begun with other inputs or settings."""

    RESUME = "resume"
    RESTART = "restart"


class Card(Value):
    """What a stage was like when another one was made from it.

    `stage` is its folder within its run, `ancestry` are the folders of all stages before it.
    """

    stage: str
    hash: str
    inputs: dict[str, str]
    settings: dict[str, Any]
    counts: dict[str, Any]
    contents: dict[str, str]
    ancestry: tuple[str, ...] = ()

    def differences(self, now: Card) -> list[str]:
        """What has become different since, each as `name: before → after`."""
        parts = ("inputs", "settings", "counts", "contents")
        return changes([(getattr(self, part), getattr(now, part)) for part in parts])


class Manifest(Record):
    """What is known of a stage. Version 1 had no sources and contents, and its facts apart."""

    schema_version: int = 2
    inputs: dict[str, str] = Field(default_factory=dict)
    settings: dict[str, Any] = Field(default_factory=dict)
    counts: dict[str, Any] = Field(default_factory=dict)
    done: bool = False
    sources: dict[str, Card] = Field(default_factory=dict)
    """Those of the inputs that are stages, as they were."""
    contents: dict[str, str] = Field(default_factory=dict)
    """The finished output files by their path in the stage's folder, each with its SHA-256."""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What else was noted, such as the retrievers of a training."""

    @classmethod
    def upgraded(cls, raw: dict[str, Any], version: int) -> dict[str, Any]:
        """Version 1 mixed what was noted with its own fields."""
        known = {name: raw[name] for name in raw if name in cls.model_fields}
        return {**known, "facts": {name: raw[name] for name in raw if name not in known}}


class Stage(Generic[C]):
    """One stage's folder and manifest; `kind` says what its counts and output files are."""

    def __init__(self, folder: Path, kind: StageKind[C], member: str = "") -> None:
        self.folder = folder
        self.kind = kind
        self.label = "/".join(filter(None, (kind.folder, member)))
        self._path = folder / MANIFEST

    @property
    def manifest(self) -> Manifest:
        """The manifest, empty before the stage was begun; raises StoreError for a damaged one."""
        if not self._path.exists():
            return Manifest()
        try:
            raw = _RAW.validate_python(read_json(self._path))
            return read_record(Manifest, {"schema_version": 1, **raw})
        except (InputError, SchemaError, ValidationError) as error:
            raise self._damaged() from error

    @property
    def begun(self) -> bool:
        """Whether there is a manifest."""
        return self._path.exists()

    @property
    def done(self) -> bool:
        """Whether the stage was finished."""
        return self.manifest.done

    @property
    def counts(self) -> C:
        """What it made, in numbers; none before it was finished. Raises StoreError."""
        try:
            return self.kind.counts.model_validate(self.manifest.counts)
        except ValidationError as error:
            raise self._damaged() from error

    @property
    def facts(self) -> dict[str, Any]:
        """What was noted while it was made."""
        return dict(self.manifest.facts)

    @property
    def hash(self) -> str:
        """What later stages name as their input: a hash of how it was made and what became."""
        had = self.manifest
        contents = {} if self.kind.equal_rebuild else had.contents
        parts = [had.inputs, had.settings, had.counts, *([contents] if contents else [])]
        return digest(*map(str, parts))

    @property
    def card(self) -> Card:
        """What a later stage keeps of this one.

        Where a manifest of version 1 kept no hashes of the files, they are taken now.
        """
        had = self.manifest
        contents = had.contents or (self._contents() if had.done else {})
        return Card(
            stage=self.label,
            hash=self.hash,
            inputs=had.inputs,
            settings=had.settings,
            counts=had.counts,
            contents={} if self.kind.equal_rebuild else contents,
            ancestry=tuple(sorted(self.ancestry)),
        )

    @property
    def ancestry(self) -> set[str]:
        """The folders of the stages that it was made from, directly or not."""
        if sources := self.manifest.sources:
            return {label for card in sources.values() for label in (card.stage, *card.ancestry)}
        return {one.folder for one in ancestors(self.kind)}

    @property
    def touched(self) -> float:
        """When the stage was begun, noted on or finished last, in seconds since the epoch."""
        return self._path.stat().st_mtime if self.begun else 0.0

    def begin(
        self,
        inputs: Mapping[str, str | Stage],
        settings: BaseModel,
        if_exists: IfExists = IfExists.RESUME,
        *,
        known_by: Mapping[str, str] | None = None,
        growing: Collection[str] = (),
    ) -> bool:
        """Open the stage for work; True when there is nothing left to do.

        Of an input that is a stage, what it is like is kept; `known_by` are other hashes by
        which some of those are compared. Settings that are `growing` leave what was made as it
        is: with others of them the stage is open again. Raises StaleError when this stage was
        begun with other inputs or settings.
        """
        sources = {name: one.card for name, one in inputs.items() if isinstance(one, Stage)}
        hashes = {name: one.hash if isinstance(one, Stage) else one for name, one in inputs.items()}
        wanted = Manifest(
            inputs={**hashes, **(known_by or {})},
            settings=settings.model_dump(mode="json"),
            sources=sources,
        )
        changed = self._changes(wanted, settings, growing)
        if changed and self._holds_work and if_exists is IfExists.RESUME:
            raise StaleError(
                f"{self.folder} was made with other inputs or settings "
                f"({'; '.join(changed)}): use --if-exists restart to make it again"
            )
        if changed or if_exists is IfExists.RESTART:
            self.clear()
        if not self.begun:
            make_folder(self.folder)
            self._write(wanted)
        if any(self.manifest.settings.get(name) != wanted.settings[name] for name in growing):
            self.reopen(settings=wanted.settings)
        return self.done

    def reopen(self, **fields: Any) -> None:
        """Take the stage for not finished, so that more can be made in it."""
        self._change(**fields, done=False, counts={}, contents={})

    def note(self, **facts: Any) -> None:
        """Add facts to the manifest, such as the rate that was measured."""
        self._change(facts={**self.manifest.facts, **facts})

    def finish(self, counts: C) -> C:
        """Mark the stage as done, with what it made and a hash of every output file."""
        made = counts.model_dump(mode="json")
        self._change(counts=made, contents=self._contents(), done=True)
        return counts

    def changed_contents(self, *, thorough: bool = False) -> list[str]:
        """Output files that are no longer as they were finished, as `path: before → after`.

        A file that was not written to since the manifest was is taken to be the same, unless
        `thorough`.
        """
        had = self.manifest.contents
        if not had:  # made before contents were kept
            return []
        written = 0.0 if thorough else self.touched
        now = {path: self._hash_now(path, had.get(path), written) for path in self._output_files()}
        return changes([(had, now)])

    def clear(self) -> None:
        """Remove everything that the stage made."""
        old = self.folder.with_name(f".{self.folder.name}.old")
        with disk_errors(self.folder):
            if old.exists():
                shutil.rmtree(old)
            if self.folder.exists():
                self.folder.rename(old)  # so that a kill leaves no half of it to resume from
                shutil.rmtree(old)

    @property
    def _holds_work(self) -> bool:
        """Whether anything would be lost: a stage whose source was refused holds nothing."""
        return self.done or any(path != self._path for path in self.folder.iterdir())

    def _damaged(self) -> StoreError:
        return StoreError(
            f"{self._path} is damaged, so it cannot be known what {self.folder.name} was made "
            "from: remove that folder and run the command again"
        )

    def _change(self, **fields: Any) -> None:
        self._write(self.manifest.changed(**fields))

    def _write(self, manifest: Manifest) -> None:
        write_json(self._path, manifest.model_dump(mode="json"))

    def _contents(self) -> dict[str, str]:
        with disk_errors(self.folder):
            return {path: file_hash(self.folder / path) for path in self._output_files()}

    def _output_files(self) -> list[str]:
        """The paths, in the stage's folder, of the files that later stages depend on."""
        found = {path for pattern in self.kind.outputs for path in self.folder.glob(pattern)}
        files = {
            file
            for path in found
            for file in (path.rglob("*") if path.is_dir() else (path,))
            if file.is_file() and not file.name.startswith(".") and file != self._path
        }
        return sorted(str(file.relative_to(self.folder)) for file in files)

    def _hash_now(self, path: str, had: str | None, written: float) -> str:
        place = self.folder / path
        with disk_errors(place):
            unchanged = had is not None and place.stat().st_mtime <= written
            return had if had and unchanged else file_hash(place)

    def _changes(
        self, wanted: Manifest, settings: BaseModel, growing: Collection[str]
    ) -> list[str]:
        if not self.begun:
            return []
        had = self.manifest
        grown = {name: wanted.settings[name] for name in growing}
        before = _with_newer(type(settings), had.settings) | grown
        names = sorted({*had.inputs, *wanted.inputs})
        changed = [name for name in names if had.inputs.get(name) != wanted.inputs.get(name)]
        inputs = [line for name in changed for line in _input_changes(name, had, wanted)]
        return [*inputs, *changes([(before, wanted.settings)])]


def changes(pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[str]:
    """The single values that differ, at any depth, as `name: before → after`."""
    flat = [(dict(_leaves(before)), dict(_leaves(after))) for before, after in pairs]
    return [
        f"{name}: {_brief(before.get(name))} → {_brief(after.get(name))}"
        for before, after in flat
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _input_changes(name: str, had: Manifest, wanted: Manifest) -> list[str]:
    """How an input differs: in what it was made from and became, where that is known."""
    before, now = had.sources.get(name), wanted.sources.get(name)
    if before and now and (found := before.differences(now)):
        return [f"{name}: {line}" for line in found]
    return [f"{name}: {had.inputs.get(name)} → {wanted.inputs.get(name)}"]


def _with_newer(kind: type[BaseModel], had: dict[str, Any]) -> dict[str, Any]:
    """A manifest's settings, those that are newer than it, at any depth, with their defaults."""
    try:
        return kind.model_validate(had).model_dump(mode="json")
    except ValidationError:  # one that is gone or means something else now is a difference
        return had


def _leaves(settings: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Every single setting with its name, as `--set` would have it."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{within}{name}.")
        else:
            yield within + name, value


def _brief(value: Any) -> str:
    text = str(value)
    if _SHA256.fullmatch(text):
        return text[:_SHOWN_DIGITS]
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}…"
