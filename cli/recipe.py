"""A recipe: one section per stage, and from where its values are taken.

Precedence: default < recipe < `--set a.b=c` < an option of the command. Where no recipe
is named, the run folder's own `config.yaml` is one, so that a run can be gone on with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

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
    merged,
    parse_overrides,
    read_recipe,
    validated,
)
from masksearch.errors import ConfigError
from training.config import CurriculumConfig, DapoConfig, ModelConfig, SftConfig

PACKAGED = Path(recipes.__file__).parent
CONFIG = "config.yaml"
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
    eval: EvalConfig = EvalConfig()
    measured: dict[str, float | str] = Field(default_factory=dict)
    """What the run folder measured of this machine; written there, not by hand."""


def load_recipe(
    chosen: str | None,
    run: Path,
    assignments: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    default: str | None = None,
) -> Recipe:
    """The resolved recipe of a command; raises ConfigError naming the first bad key.

    `default` names the recipe of a run that has none yet.
    """
    path = _base(chosen, run, default)
    raw = base = read_recipe(path) if path else {}
    for over in (parse_overrides(assignments), options or {}):
        raw = merged(_seeded(raw), _seeded(over))
    try:
        return validated(Recipe, raw, str(path or "recipe"))
    except ConfigError:
        validated(Recipe, base, str(path or "recipe"))  # the file itself may be at fault
        return validated(Recipe, raw, "what is given with the command")


def recorded_recipe(run: Path) -> Recipe | None:
    """The recipe that a run folder was last worked on with."""
    return load_recipe(None, run) if (run / CONFIG).is_file() else None


def packaged_recipes() -> list[str]:
    """The names of the recipes that ship with the package."""
    return sorted(path.stem for path in PACKAGED.glob("*.yaml"))


def _base(chosen: str | None, run: Path, default: str | None) -> Path | None:
    if chosen is None and (run / CONFIG).is_file():
        return run / CONFIG
    return _find(name) if (name := chosen or default) else None


def _find(name: str) -> Path:
    if name in packaged_recipes():
        return PACKAGED / f"{name}.yaml"
    if Path(name).is_file():
        return Path(name)
    raise ConfigError(f"no recipe {name}: give a file, or one of {', '.join(packaged_recipes())}")


def _seeded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The common seed in every section that has none of its own."""
    if "seed" not in raw:
        return dict(raw)
    seeds = {name: {"seed": raw["seed"]} for name in _SEEDED if name not in raw}
    own = {
        name: {"seed": raw["seed"], **raw[name]}
        for name in _SEEDED
        if isinstance(raw.get(name), Mapping)
    }
    return {**raw, **seeds, **own}
