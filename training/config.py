"""Settings of training and of in-process models; imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from masksearch.config import Section
from masksearch.sources import RAMP, Sources, checked_sources
from training.rollout.engines import ENGINES

ALL = "all"


def _all_or_sources(value: Any) -> str | tuple[str, ...]:
    return ALL if value == ALL else checked_sources(value)


class ModelConfig(Section):
    """The model that is trained and asked."""

    path: str = "smollm2"
    """A folder or a Hugging Face id, or `smollm2`: the one that `assets get` fetches."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """`auto` is probed: bfloat16 where the processor is good at it."""


class CurriculumConfig(Section):
    """Which tasks are trained on when, by their `num_masks`; fewer masks are easier."""

    by: Literal["off", "schedule", "mastery"] = "off"
    """`schedule`: a further level opens at equal shares of the training. `mastery`: once the
    hardest open level is solved well enough."""
    mastery: float = Field(default=0.6, gt=0, le=1)
    """Mean score of the hardest open level at which the next one opens."""
    window: int = Field(default=64, ge=1)
    """Over how many of the latest scores of that level the mean is taken."""


class SftConfig(Section):
    """Supervised fine-tuning on accepted traces."""

    learning_rate: float = Field(default=2e-4, gt=0)
    warmup_share: float = Field(default=0.05, ge=0, lt=1)
    epochs: float = Field(default=1.0, gt=0)
    batch_size: int = Field(default=4, ge=1)
    accumulation: int = Field(default=1, ge=1)
    max_length: int = Field(default=2048, ge=64)
    save_steps: int = Field(default=20, ge=1)
    traces: Annotated[str | tuple[str, ...], BeforeValidator(_all_or_sources)] = ALL
    """What is learnt from: `all` of the run's conversations; or those of `ramp`, of
    `questions:NAME:train`, or of several of them, with shares or without. What the run's own
    export lacks is looked for in the runs below."""
    limit: int | None = Field(default=None, ge=1)
    """Learn from so many traces at most, the first of the seeded order; None takes all."""
    start: str = ""
    """The model that it begins with: `sft` or `dapo` of a run below, or as `model.path`, which
    it is when empty."""
    budget_minutes: float | None = Field(default=None, gt=0)
    """Fewer traces where they would take longer than this, by a rate that is measured once. What
    is learnt then depends on the machine; None never does."""
    curriculum: CurriculumConfig = CurriculumConfig()
    """`off` or `schedule`: with `schedule`, batches are drawn from the open levels alone."""
    seed: int = 0

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, raw: Any) -> Any:
        """`traces` was a number once, which is `limit` now."""
        if not isinstance(raw, Mapping) or isinstance(raw.get("traces", ALL), str | list | tuple):
            return raw
        if isinstance(number := raw["traces"], Mapping):
            return raw
        kept = {name: value for name, value in raw.items() if name != "traces"}
        return {**kept, "limit": kept.get("limit") or number}

    @field_validator("curriculum")
    @classmethod
    def _no_mastery(cls, curriculum: CurriculumConfig) -> CurriculumConfig:
        if curriculum.by == "mastery":
            raise PydanticCustomError(
                "mastery_in_sft", "SFT has no scores of episodes to go by: use schedule or off"
            )
        return curriculum


class RolloutConfig(Section):
    """What generates the rollouts of reinforcement learning."""

    engine: str = "transformers"

    @field_validator("engine")
    @classmethod
    def _is_there(cls, engine: str) -> str:
        if engine not in ENGINES:
            raise PydanticCustomError(
                "engine", f"no rollout engine {engine!r}: there are {', '.join(ENGINES)}"
            )
        return engine


class DapoConfig(Section):
    """Reinforcement learning after DAPO (arXiv 2503.14476)."""

    learning_rate: float = Field(default=1e-6, gt=0)
    warmup_steps: int = Field(default=2, ge=0)
    schedule: Literal["constant", "linear"] = "constant"
    """The learning rate after the warm-up; `linear` falls to 0 at the last of `steps`."""
    steps: int = Field(default=100, ge=1)
    """Optimizer steps at most."""
    budget_minutes: float | None = Field(default=None, gt=0)
    """End after this much time, at the end of a step."""
    source: Sources = RAMP
    """What is tried: `ramp`, `questions:NAME:train`, or several of them, with shares or without."""
    tasks: Literal["all", "untraced"] = "all"
    """`untraced`: only training tasks without a conversation in `06-export`. What SFT knows by
    heart earns full rewards and teaches little."""
    groups: int = Field(default=8, ge=1)
    """Prompts whose groups are useful, in one batch over all processes."""
    group_size: int = Field(default=8, ge=2)
    """Rollouts of a prompt."""
    updates: int = Field(default=1, ge=1)
    """Optimizer steps made on one batch; `groups` is a multiple of it."""
    micro_batch: int = Field(default=4, ge=1)
    """Rollouts in one forward and backward pass."""
    temperature: float = Field(default=1.0, gt=0)
    max_tokens: int = Field(default=144, ge=8)
    """A turn's own tokens at most."""
    max_turns: int = Field(default=4, ge=1)
    rollout_batch: int = Field(default=256, ge=1)
    """Rollouts that generate together at most, as memory allows."""
    clip_low: float = Field(default=0.2, gt=0)
    clip_high: float = Field(default=0.28, gt=0)
    scale_rewards: bool = True
    """Divide an advantage by its group's standard deviation."""
    overlong_filtering: bool = True
    """Learn nothing from an episode that `max_tokens` cut off; otherwise it is a failure."""
    soft_length: int | None = Field(default=None, ge=1)
    """Own tokens of an episode from which on length is punished; None never does."""
    longest: int | None = Field(default=None, ge=1)
    """Own tokens at which the punishment is 1."""
    sampling_cap: float = Field(default=3.0, ge=1)
    """Groups generated for one batch at most, in multiples of `groups`."""
    at_cap: Literal["refill", "shrink", "reuse", "stop"] = "refill"
    """Go on generating, train on fewer groups, fill up with earlier ones, or end training."""
    patience: int = Field(default=200, ge=1)
    """Groups without a useful one among them after which training ends."""
    save_steps: int = Field(default=5, ge=1)
    seed: int = 0

    @model_validator(mode="after")
    def _whole_punishment(self) -> DapoConfig:
        lengths = [one for one in (self.soft_length, self.longest) if one is not None]
        if len(lengths) == 1 or lengths != sorted(set(lengths)):
            raise PydanticCustomError(
                "overlong_lengths", "give soft_length and a greater longest, or neither"
            )
        return self
