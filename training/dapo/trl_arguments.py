"""A recipe's settings in TRL's words."""

from __future__ import annotations

from pathlib import Path

import torch
from accelerate import PartialState
from datasets import Dataset
from trl import GRPOConfig

from masksearch.errors import ConfigError
from masksearch.store import make_folder
from training.config import DapoConfig

_SCHEDULES = {"constant": "constant_with_warmup", "linear": "linear"}


def trl_arguments(config: DapoConfig, folder: Path, *, bf16: bool) -> GRPOConfig:
    """TRL's arguments for a recipe's settings."""
    gpu = torch.cuda.is_available()
    return GRPOConfig(
        output_dir=str(make_folder(folder)),
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
        bf16=bf16,
        use_cpu=not gpu,
        gradient_checkpointing=False,
        save_steps=config.save_steps,
        save_total_limit=2,
        logging_steps=1,
        logging_nan_inf_filter=False,
        ignore_data_skip=True,
        disable_tqdm=True,
        report_to=[],
        seed=config.seed,
        data_seed=config.seed,
        dataloader_pin_memory=gpu,
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
