"""Stops a training before a gradient that is no number reaches the weights."""

from __future__ import annotations

from typing import Any

import torch
from transformers import TrainerCallback

from masksearch.errors import TrainingError


class FiniteGradients(TrainerCallback):
    """Raises TrainingError before the optimizer's step, so that every checkpoint is sound."""

    def __init__(self, section: str) -> None:
        self._section = section

    def on_pre_optimizer_step(
        self, args: Any, state: Any, control: Any, model: Any = None, **_: Any
    ) -> None:
        """All micro-batches of a step were added up, and their gradient was clipped.

        So what is finite has a finite norm, which costs a tenth of a look at every element.
        """
        gradients = [one.grad for one in model.parameters() if one.grad is not None]
        if not bool(torch.isfinite(torch.nn.utils.get_total_norm(gradients))):
            raise not_a_number("gradient", state.global_step + 1, self._section)


def not_a_number(what: str, step: int, section: str) -> TrainingError:
    """What is wrong and what to do; the same command again would come to the same step."""
    return TrainingError(
        f"the {what} of step {step} is not a number: lower {section}.learning_rate and train "
        "again with --if-exists restart"
    )
