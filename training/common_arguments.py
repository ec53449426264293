"""What every training asks of TRL alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from masksearch.store import make_folder
from training.config import DapoConfig, SftConfig


def common_arguments(
    folder: Path, config: SftConfig | DapoConfig, *, bfloat16: bool
) -> dict[str, Any]:
    """Checkpoints in `folder`, every step in the log and nothing on the screen."""
    has_gpu = torch.cuda.is_available()
    return {
        "output_dir": str(make_folder(folder)),
        "bf16": bfloat16,
        "use_cpu": not has_gpu,
        "gradient_checkpointing": False,
        "save_steps": config.save_steps,
        "save_total_limit": 2,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "disable_tqdm": True,
        "report_to": [],
        "seed": config.seed,
        "data_seed": config.seed,
        "dataloader_pin_memory": has_gpu,
    }
