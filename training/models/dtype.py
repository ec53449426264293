"""The data type that a run computes in, found out once; torch is imported only for that."""

from __future__ import annotations

from masksearch.run_folder import RunFolder
from training.config import ModelConfig

_MEASURED = "dtype"


def settled(config: ModelConfig, run: RunFolder) -> ModelConfig:
    """The model's settings with the data type found out once in a run, then kept."""
    if config.dtype != "auto":
        return config
    found = run.measured(_MEASURED, _probed)
    return config.changed(dtype="bfloat16" if found == "bfloat16" else "float32")


def _probed() -> str:
    from training.models.loading import resolve_dtype  # noqa: PLC0415 - torch takes seconds

    return str(resolve_dtype("auto")).removeprefix("torch.")
