"""Transformers in this process: a copy generates while the model is trained."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch

from training.memory import release_memory
from training.models.attention import use_grouped_attention
from training.models.decoding import Decoder
from training.rollout.engine import RolloutEngine, Sampled, Sampling, Trained


class TransformersEngine(RolloutEngine):
    """The decoder of `training.models.decoding`.

    Trained weights stay in float32. Where the arithmetic is bfloat16, a copy in it
    generates, and takes the trained weights over when it is told that they have changed;
    otherwise the trained model itself generates.
    """

    def __init__(self, trained: Any, tokenizer: Any, dtype: torch.dtype) -> None:
        self._trained = trained
        self._model = trained if dtype == torch.float32 else copy.deepcopy(trained).to(dtype)
        use_grouped_attention(self._model)
        self._decoder = Decoder(self._model, tokenizer)

    @classmethod
    def opened(cls, trained: Trained) -> TransformersEngine:
        """It needs nothing but memory for a second copy of the weights in bfloat16."""
        return cls(trained.model, trained.tokenizer, trained.dtype)

    @torch.no_grad()
    def take_weights(self) -> None:
        """Generate with the trained model as it is now."""
        if self._model is not self._trained:
            pairs = zip(self._model.parameters(), self._trained.parameters(), strict=True)
            for ours, theirs in pairs:
                ours.copy_(theirs)

    def generate(
        self, prompts: Sequence[list[int]], sampling: Sampling, seeds: Sequence[int]
    ) -> list[Sampled]:
        """Continue prompts with the weights last taken over."""
        training = self._model.training
        self._model.eval()
        try:
            return self._decoder.decode(prompts, sampling, seeds)
        finally:
            self._model.train(training)
            release_memory()

    def close(self) -> None:
        """Its memory goes with the process."""
