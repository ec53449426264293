"""A recipe's settings in TRL's words."""

from __future__ import annotations

from pathlib import Path

from accelerate import PartialState
from datasets import Dataset
from trl import GRPOConfig

from masksearch.errors import ConfigError
from training.common_arguments import common_arguments
from training.config import DapoConfig

_SCHEDULES = {"constant": "constant_with_warmup", "linear": "linear"}


def trl_arguments(config: DapoConfig, folder: Path, *, bf16: bool) -> GRPOConfig:
    """TRL's arguments for a recipe's settings."""
    return GRPOConfig(
        learning_rate=config.learning_rate,
        lr_scheduler_type=_SCHEDULES[config.schedule],
        warmup_steps=config.warmup_steps,
        max_steps=config.steps,
        per_device_train_batch_size=config.micro_batch,
        gradient_accumulation_steps=_accumulation(config),
        num_generations=config.group_size,
        temperature=config.temperature,
        loss_type="dapo",
        epsilon=config.clip_low,
        epsilon_high=config.clip_high,
        beta=0.0,
        ignore_data_skip=True,
        **common_arguments(folder, config, bfloat16=bf16),
    )


def _accumulation(config: DapoConfig) -> int:
    """Micro-batches of one process for one optimizer step; raises ConfigError."""
    steps = config.updates * int(PartialState().num_processes)
    micro_batches, over = divmod(config.groups * config.group_size, steps * config.micro_batch)
    if over or config.groups % steps:
        raise ConfigError(
            f"dapo: {config.groups} groups of {config.group_size} cannot be shared out evenly to "
            f"{steps} updates (over all processes) in micro-batches of {config.micro_batch}"
        )
    return micro_batches


def ticks(config: DapoConfig) -> Dataset:
    """What the data loader counts: our prompts come from the task stream, in its own order."""
    return Dataset.from_list(
        [{"prompt": "", "tick": n} for n in range(config.groups * config.steps)]
    )
