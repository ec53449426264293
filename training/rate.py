"""How fast this machine trains a model, and how much work that allows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import torch
from transformers import TrainerCallback

from masksearch.progress import about
from training.data import IGNORED, Example
from training.loss import trainable_nll

BATCHES, FEW_BATCHES = 8, 2
"""Over how many batches a rate is measured that decides how much is learnt, or is only told."""
_SAFETY = 0.8
"""The share of the measured rate that is counted on: the optimizer, saving and padding take
time too, and a machine slows down when it has been busy for minutes."""


def training_rate(
    model: Any,
    examples: Sequence[Example],
    batch_size: int,
    *,
    bfloat16: bool,
    batches: int = BATCHES,
) -> float:
    """Tokens a second through forward and backward, from a few batches after a first one."""
    model.train()
    started, counted = 0.0, 0
    for number in range(batches + 1):
        batch = [examples[(number * batch_size + i) % len(examples)] for i in range(batch_size)]
        if number == 1:
            started = time.perf_counter()
        longest = max(len(example.input_ids) for example in batch)
        counted += sum(len(example.input_ids) for example in batch) if number else 0
        _backward(model, batch, longest, bfloat16=bfloat16)
    model.zero_grad(set_to_none=True)
    return counted / (time.perf_counter() - started)


def _backward(model: Any, batch: Sequence[Example], longest: int, *, bfloat16: bool) -> None:
    ids_BT = _padded([e.input_ids for e in batch], longest, 0).to(model.device)
    labels_BT = _padded([e.labels for e in batch], longest, IGNORED).to(model.device)
    with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=bfloat16):
        loss = trainable_nll(model, ids_BT, torch.ones_like(ids_BT), labels_BT, None)
    loss.backward()


def _padded(rows: Sequence[list[int]], length: int, filler: int) -> torch.Tensor:
    return torch.tensor([row + [filler] * (length - len(row)) for row in rows])


def estimated(rate: float, tokens: int) -> str:
    """What is told of a training before its first step."""
    return f"{about(tokens / (rate * _SAFETY))} at {rate * _SAFETY:.0f} tokens/s"


class StepRate(TrainerCallback):
    """Tokens a second over the steps made by this process, in `rate`.

    `lengths` are those of the examples in the order in which they are trained on, over and
    over; `per_step` are in a step.
    """

    def __init__(self, lengths: Sequence[int], per_step: int) -> None:
        self._lengths = lengths
        self._per_step = per_step
        self._first, self._since = 0, 0.0
        self.rate = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """From here on the time counts."""
        self._first, self._since = state.global_step, time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """An optimizer step was made."""
        seen = range(self._first * self._per_step, state.global_step * self._per_step)
        tokens = sum(self._lengths[number % len(self._lengths)] for number in seen)
        self.rate = tokens / max(time.monotonic() - self._since, 1e-9)


def affordable(rate: float, budget_minutes: float | None, epochs: float, length: float) -> int:
    """Examples of `length` tokens that `budget_minutes` allow at `rate` tokens a second."""
    if budget_minutes is None:
        return 1 << 62
    return max(1, int(rate * _SAFETY * budget_minutes * 60 / (epochs * length)))
