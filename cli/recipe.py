"""A recipe: one section per stage, and from where its values are taken.

Precedence: default < recipe < `--set a.b=c` < an option of the command. Where no recipe
is named, the run folder's own `config.yaml` is one, so that a run can be resumed; a new run
that stands on another begins with that one's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

import recipes
from graphs.config import SynthConfig
from masksearch.config import (
    CorpusConfig,
    EvalConfig,
    ExportConfig,
    ExtractConfig,
    QualityConfig,
    RampConfig,
    RewardConfig,
    SearchConfig,
    Section,
)
from masksearch.errors import ConfigError
from masksearch.manifest import changes
from masksearch.recipe_file import merged, parse_overrides, read_recipe, validated
from masksearch.run_folder import CONFIG, MEASURED, ON, RunFolder
from masksearch.search.engines import check_backend
from masksearch.stages import STAGES, StageKind
from training.config import CurriculumConfig, DapoConfig, ModelConfig, RolloutConfig, SftConfig

PACKAGED = Path(recipes.__file__).parent
_SEEDED = ("ramp", "synth", "sft", "dapo", "eval")


class Recipe(Section):
    """Everything that decides what a run makes."""

    seed: int = 0
    """The seed of every stage that does not set its own."""
    corpus: CorpusConfig = CorpusConfig()
    quality: QualityConfig = QualityConfig()
    extract: ExtractConfig = ExtractConfig()
    ramp: RampConfig = RampConfig()
    search: SearchConfig = SearchConfig()
    synth: SynthConfig = SynthConfig()
    export: ExportConfig = ExportConfig()
    model: ModelConfig = ModelConfig()
    sft: SftConfig = SftConfig()
    reward: RewardConfig = RewardConfig()
    curriculum: CurriculumConfig = CurriculumConfig()
    """The curriculum of reinforcement learning; `sft.curriculum` is that of SFT."""
    dapo: DapoConfig = DapoConfig()
    rollout: RolloutConfig = RolloutConfig()
    eval: EvalConfig = EvalConfig()
    measured: dict[str, float | str] = Field(default_factory=dict)
    """What the run folder measured of this machine; written there, not by hand."""

    @field_validator("search")
    @classmethod
    def _known_backend(cls, search: SearchConfig) -> SearchConfig:
        try:
            check_backend(search.backend)
        except ConfigError as error:
            raise PydanticCustomError("search_backend", str(error)) from error
        return search


class Wishes(NamedTuple):
    """What the user asks of a recipe: a file, `--set`s, and options of the command."""

    recipe: str | None = None
    assignments: Sequence[str] = ()
    options: Mapping[str, Any] = MappingProxyType({})
    default: str | None = None
    """The recipe of a run that has none yet."""


NO_WISHES = Wishes()


def load_recipe(
    run: RunFolder, wishes: Wishes = NO_WISHES, makes: Collection[StageKind] = ()
) -> Recipe:
    """The resolved recipe of a command; raises ConfigError naming the first bad key.

    A run inherits the recipe of the run that it stands on. `makes` are the stages that are to
    be made: sections of other stages that are read from below may not be set.
    """
    fixed = _fixed_sections(run, makes)
    path = _file_of(wishes, run)
    written = _within(run, read_recipe(path) if path else {}, fixed)
    raw = written = _seeded(written, fixed)
    for over in (parse_overrides(wishes.assignments), wishes.options):
        raw = merged(_seeded(raw, fixed), _seeded(over, fixed))
    recipe = validated(Recipe, raw, _at_fault(written, raw, str(path or "recipe")))
    _refuse_fixed(recipe, fixed)
    return recipe


def recorded_recipe(run: RunFolder) -> Recipe | None:
    """The recipe that a run folder was last worked on with."""
    raw = run.config()
    return validated(Recipe, _seeded(_own(raw)), str(run.path / CONFIG)) if raw else None


class _Fixed(NamedTuple):
    """A section that is decided below, by whom, and the command that would decide it here."""

    values: Mapping[str, Any]
    run: Path
    kind: StageKind


def _fixed_sections(run: RunFolder, makes: Collection[StageKind]) -> dict[str, _Fixed]:
    """The sections of stages that are read from a run below."""
    below = [
        (kind, holder)
        for kind in STAGES
        if kind.sections and kind not in makes
        for holder in (run.holding(kind)[0],)
        if holder is not run
    ]
    configs = {holder.path: holder.config() for _, holder in below}
    return {
        section: _Fixed(configs[holder.path].get(section, {}), holder.path, kind)
        for kind, holder in below
        for section in kind.sections
    }


def _within(
    run: RunFolder, written: Mapping[str, Any], fixed: Mapping[str, _Fixed]
) -> dict[str, Any]:
    """A recipe over that of the run below; what is fixed in a run's own is as it is there."""
    below = _own(run.on.config()) if run.on else {}
    below.pop(MEASURED, None)
    raw = merged(below, _own(written))
    if written and written == run.config():
        raw |= {name: one.values for name, one in fixed.items()}
    return raw


def _own(config: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name != ON}


def _refuse_fixed(recipe: Recipe, fixed: Mapping[str, _Fixed]) -> None:
    for name, one in fixed.items():
        section = getattr(recipe, name)
        had = validated(type(section), one.values, str(one.run / CONFIG))
        if found := changes([(had.model_dump(mode="json"), section.model_dump(mode="json"))]):
            raise ConfigError(
                f"{name}.{found[0]}: {one.kind.folder} is read from {one.run}, where {name} was "
                f"decided: make it in this run with `masksearch {one.kind.command}`, or leave "
                f"{name} as it is"
            )


def packaged_recipes() -> list[str]:
    """The names of the recipes that ship with the package."""
    return sorted(path.stem for path in PACKAGED.glob("*.yaml"))


def _at_fault(written: Mapping[str, Any], raw: Mapping[str, Any], source: str) -> str:
    """Whose fault it is if a recipe is refused: its file's, unless only what is over it is."""
    if written == raw:
        return source
    try:
        validated(Recipe, written, source)
    except ConfigError:
        return source
    return "the command line"


def _file_of(wishes: Wishes, run: RunFolder) -> Path | None:
    if wishes.recipe is None and (run.path / CONFIG).is_file():
        return run.path / CONFIG
    default = None if run.on else wishes.default
    return _find(name) if (name := wishes.recipe or default) else None


def _find(name: str) -> Path:
    if name in packaged_recipes():
        return PACKAGED / f"{name}.yaml"
    if Path(name).is_file():
        return Path(name)
    raise ConfigError(f"no recipe {name}: give a file, or one of {', '.join(packaged_recipes())}")


def _seeded(raw: Mapping[str, Any], fixed: Collection[str] = ()) -> dict[str, Any]:
    """The common seed in every section that has none of its own and is not fixed below."""
    if "seed" not in raw:
        return dict(raw)
    seeded = [name for name in _SEEDED if name not in fixed]
    seeds = {name: {"seed": raw["seed"]} for name in seeded if name not in raw}
    own = {
        name: {"seed": raw["seed"], **raw[name]}
        for name in seeded
        if isinstance(raw.get(name), Mapping)
    }
    return {**raw, **seeds, **own}
