"""What a training learns from and which model it begins with, by the names in a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from masksearch.errors import ConfigError, StoreError
from masksearch.export import retrievers_of_export
from masksearch.manifest import Stage
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint
from masksearch.sources import RAMP, names_of
from masksearch.stages import CONVERSATIONS, DAPO, EXPORT, MODEL, SFT, StageKind
from training.config import ALL, ModelConfig, SftConfig

_TRAINED: dict[str, StageKind[Any]] = {"sft": SFT, "dapo": DAPO}


class Lessons(NamedTuple):
    """The conversations of a training: the exports, by the sources that are learnt from.

    Without any source all of `nearest` is, the export that the run reads.
    """

    nearest: Stage
    parts: dict[str, Stage]

    @property
    def file(self) -> Path:
        """The conversations of the nearest export that is learnt from."""
        return next(iter(self._exports.values())).folder / CONVERSATIONS

    @property
    def files(self) -> dict[str, Path]:
        """The conversations by source."""
        return {name: one.folder / CONVERSATIONS for name, one in self.parts.items()}

    @property
    def inputs(self) -> dict[str, str | Stage]:
        """For the manifest; of an export further below, which no stage reads, the hash alone."""
        return {
            name: one if one.folder == self.nearest.folder else one.hash
            for name, one in self._exports.items()
        }

    @property
    def retrievers(self) -> tuple[Fingerprint, ...]:
        """What all of it was found with, each once."""
        exports = self._exports.values()
        found = [one for export in exports for one in retrievers_of_export(export)]
        return tuple({one.model_dump_json(): one for one in found}.values())

    @property
    def _exports(self) -> dict[str, Stage]:
        """Every export by the name of its input."""
        own = "export"
        if not self.parts:
            return {own: self.nearest}
        return {
            own if one.folder == self.nearest.folder else f"{own} of {name}": one
            for name, one in self.parts.items()
        }


class Start(NamedTuple):
    """The model that a training begins with, and what names it in a manifest."""

    path: str
    made_from: str


def learnt_from(run: RunFolder, traces: str | tuple[str, ...]) -> Lessons:
    """Where the conversations stand that `sft.traces` names.

    Raises StoreError where there are none of a source, in this run or below, and StaleError.
    """
    if traces == ALL:
        return Lessons(run.finished(EXPORT), {})
    parts = {name: _export_with(run, name) for name in names_of(traces)}
    return Lessons(run.stage(EXPORT), parts)


def started_from(run: RunFolder, model: ModelConfig, config: SftConfig) -> Start:
    """The model that `sft.start` names; raises ConfigError where no run below trained it."""
    kind = _TRAINED.get(config.start)
    if kind is None:
        path = config.start or model.path
        return Start(path, path)
    if run.on is None:
        raise ConfigError(
            f"sft.start is {config.start}, which must have been trained in a run below {run.path}: "
            "begin a new run on that one, with --on, or give the model's folder"
        )
    stage = run.on.finished(kind)
    return Start(str(stage.folder / MODEL), stage.hash)


def traced_in(run: RunFolder, sources: str | tuple[str, ...]) -> Lessons:
    """The conversations whose tasks `dapo.tasks=untraced` leaves out.

    Those of the run's export, and of each source's where that is another one; raises StoreError
    before `export`, and StaleError.
    """
    nearest = run.finished(EXPORT)
    found = {name: one for name in names_of(sources) if (one := _find_export(run, name))}
    return Lessons(nearest, {"": nearest, **found})


def _export_with(run: RunFolder, source: str) -> Stage:
    if found := _find_export(run, source):
        return found
    raise StoreError(
        f"no conversation of {source} was exported in {run.path} or below: solve its tasks with "
        f"`masksearch synth run --set synth.tasks={source}`, and run `masksearch export`"
    )


def _find_export(run: RunFolder, source: str) -> Stage | None:
    """The nearest export with conversations of a source."""
    for one in run.chain:
        if one.own(EXPORT).done and source in _held(stage := one.finished(EXPORT)):
            return stage
    return None


def _held(export: Stage) -> set[str]:
    """The sources of an export; an older one is of RAMP."""
    return set(export.counts.sources) or {RAMP}
