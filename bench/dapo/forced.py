"""A decoder that is told which tokens to draw; the model's forward passes are real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from training.models.decoding import Decoder
from training.rollout.engine import Sampled, Sampling

Script = Callable[[int], Sequence[Sequence[int]]]
"""The lines of the next turn, one for each of so many rows."""


class ForcedDecoder(Decoder):
    """Draws a script's tokens, each with the log-probability that the model gives it."""

    def __init__(self, model: Any, tokenizer: Any, script: Script) -> None:
        super().__init__(model, tokenizer)
        self._script = script
        self._lines: Sequence[Sequence[int]] = ()

    def decode(
        self,
        prompts: Sequence[list[int]],
        sampling: Sampling,
        seeds: Sequence[int],
        wanted: Callable[[int], bool] = lambda row: True,
    ) -> list[Sampled]:
        """Continue each prompt with its line."""
        self._lines = self._script(len(prompts))
        drawn = super().decode(prompts, sampling, seeds, wanted)
        assert [one.ids for one in drawn] == [list(line) for line in self._lines]
        return drawn

    def _draw(self, rows: Sequence[Any], logits_BV: torch.Tensor, sampling: Sampling) -> None:
        """Draw as ever, from a distribution with one token; then put the model's own down."""
        wanted = [self._lines[row.number][len(row.ids)] for row in rows]
        ids_B1 = torch.tensor(wanted, device=logits_BV.device)[:, None]
        own_B1 = torch.log_softmax(logits_BV / sampling.temperature, dim=-1).gather(1, ids_B1)
        forced_BV = torch.full_like(logits_BV, float("-inf")).scatter_(1, ids_B1, 0.0)
        super()._draw(rows, forced_BV, sampling)
        for row, logprob in zip(rows, own_B1[:, 0].tolist(), strict=True):
            row.logprobs[-1] = logprob
