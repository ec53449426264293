"""How fast this machine trains a model, and how much work that allows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import torch

from training.data import IGNORED, Example
from training.loss import trainable_nll

_BATCHES = 8
_SAFETY = 0.8
"""The share of the measured rate that is counted on: the optimizer, saving and padding take
time too, and a machine slows down when it has been busy for minutes."""


def training_rate(
    model: Any, examples: Sequence[Example], batch_size: int, *, bfloat16: bool
) -> float:
    """Tokens a second through forward and backward, from a few batches after a first one."""
    model.train()
    started, counted = 0.0, 0
    for number in range(_BATCHES + 1):
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


def affordable(rate: float, budget_minutes: float | None, epochs: float, length: float) -> int:
    """Examples of `length` tokens that `budget_minutes` allow at `rate` tokens a second."""
    if budget_minutes is None:
        return 1 << 62
    return max(1, int(rate * _SAFETY * budget_minutes * 60 / (epochs * length)))
