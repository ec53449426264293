"""The data type that a run computes in, found out once. Imports no torch."""

from __future__ import annotations

import subprocess
import sys

from masksearch.errors import TrainingError
from masksearch.run_folder import RunFolder
from training.config import ModelConfig
from training.process import child_environment

MEASURED = "dtype"
"""What it is kept as, among what a run measured."""


def settled(config: ModelConfig, run: RunFolder) -> ModelConfig:
    """The model's settings with the data type found out once in a run, then kept."""
    return chosen(config, run.measured(MEASURED, _probed)) if config.dtype == "auto" else config


def chosen(config: ModelConfig, found: object) -> ModelConfig:
    """The settings with the data type that was found out, where they leave it open."""
    if config.dtype != "auto":
        return config
    return config.changed(dtype="bfloat16" if found == "bfloat16" else "float32")


def _probed() -> str:
    """Found by a process of its own: torch would take memory beside every later training."""
    command = (sys.executable, "-P", "-m", "training.models.precision")
    done = subprocess.run(
        command, env=child_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise TrainingError(f"torch cannot be tried on this machine: {last}")
    return done.stdout
