"""The data type that a run computes in, found out once; torch is imported only for that."""

from __future__ import annotations

from masksearch.run_folder import RunFolder
from training.config import ModelConfig

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
    from training.models.loading import resolve_dtype  # noqa: PLC0415 - torch takes seconds

    return str(resolve_dtype("auto")).removeprefix("torch.")
