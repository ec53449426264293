"""vLLM behind the same port, through TRL's own generation object.

Not run on hardware by this project yet: what is tested is that ids, log-probabilities and
stop strings pass through as the port wants them (against an object of the same interface).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.models.decoding import EndToken, Finish, Sampled, Sampling


class VllmPolicy:
    """A GenerateFn on `trl.generation.vllm_generation.VLLMGeneration`.

    vLLM draws from its own random streams: `seeds` is not used, so a run on it is not
    repeated bit by bit. TRL's object holds temperature and length for all calls.
    """

    def __init__(self, generation: Any, tokenizer: Any) -> None:
        self._generation = generation
        self._tokenizer = tokenizer

    def take_weights(self) -> None:
        """Send the trained weights to the engine."""
        self._generation.sync_weights()

    def __call__(
        self, prompts: Sequence[list[int]], sampling: Sampling, seeds: Sequence[int]
    ) -> list[Sampled]:
        """Continue prompts with the engine's weights."""
        self._generation.max_completion_length = sampling.max_tokens
        self._generation.temperature = sampling.temperature
        self._generation.generation_kwargs = {"stop": list(sampling.stop)}
        _, completions, logprobs, _ = self._generation.generate(list(prompts), None, 1)
        return [
            self._sampled(ids, [token[0] for token in row], sampling)
            for ids, row in zip(completions, logprobs, strict=True)
        ]

    def _sampled(self, ids: list[int], logprobs: list[float], sampling: Sampling) -> Sampled:
        if ids and ids[-1] == self._tokenizer.eos_token_id:
            return Sampled(ids[:-1], logprobs[:-1], "end", EndToken(ids[-1], logprobs[-1]))
        text = self._tokenizer.decode(ids)
        stopped = any(stop in text for stop in sampling.stop)
        finish: Finish = "stop" if stopped else "length"
        return Sampled(ids, logprobs, finish)
