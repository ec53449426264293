"""Settings of training and of in-process models; imports no torch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from masksearch.config import Section


class ModelConfig(Section):
    """The model that is trained and asked."""

    path: str = "smollm2"
    """A folder or a Hugging Face id, or `smollm2`: the one that `assets get` fetches."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """`auto` is probed: bfloat16 where the processor is good at it."""


class SftConfig(Section):
    """Supervised fine-tuning on accepted traces."""

    learning_rate: float = Field(default=2e-4, gt=0)
    warmup_share: float = Field(default=0.05, ge=0, lt=1)
    epochs: float = Field(default=1.0, gt=0)
    batch_size: int = Field(default=4, ge=1)
    accumulation: int = Field(default=1, ge=1)
    max_length: int = Field(default=2048, ge=64)
    save_steps: int = Field(default=20, ge=1)
    budget_minutes: float | None = Field(default=None, gt=0)
    """Scale the number of traces to this time by the rate measured once; None uses all."""
    seed: int = 0
