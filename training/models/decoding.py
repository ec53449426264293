"""Continue many prompts of token ids together.

Finished rows leave the batch, what all prompts begin with is read once, and every row draws
from a random stream of its own, so a row's tokens do not depend on the rows beside it (up to
rounding: in low precision, what else is in a batch can move a near tie).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import DynamicCache

from masksearch.errors import ModelError
from training.models.cache import growing_cache
from training.models.context import context_length, too_long
from training.models.prefill import prefill
from training.rollout.engine import EndToken, Finish, Sampled, Sampling


class _Row:
    """A prompt's continuation while it is being drawn."""

    def __init__(self, number: int, seed: int, most: int) -> None:
        self.number = number
        self.most = most
        self.stream = random.Random(seed)
        self.ids: list[int] = []
        self.logprobs: list[float] = []
        self.finish: Finish | None = None
        self.end: EndToken | None = None

    def sampled(self) -> Sampled:
        return Sampled(self.ids, self.logprobs, self.finish or "length", self.end)


class Decoder:
    """Draws continuations from a causal language model."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self.context = context_length(model.config, tokenizer)
        pads = [tokenizer.pad_token_id, tokenizer.eos_token_id]
        if pads == [None, None]:
            raise ModelError(
                f"the tokenizer {tokenizer.name_or_path} has neither a pad token nor one that "
                "ends a turn: set eos_token in its tokenizer_config.json"
            )
        self._pad = next(token for token in pads if token is not None)

    @torch.inference_mode()
    def decode(
        self,
        prompts: Sequence[list[int]],
        sampling: Sampling,
        seeds: Sequence[int],
        wanted: Callable[[int], bool] = lambda row: True,
    ) -> list[Sampled]:
        """Continue each prompt until a stop string, the end of its turn, or `max_tokens`.

        The token that completes a stop string is kept whole. `seeds` has one seed a prompt.
        A row that is no longer `wanted` leaves as it is. Raises ModelError, also for a prompt
        that fills the model's context; a row is cut where it does.
        """
        rows = [
            _Row(number, seed, min(sampling.max_tokens, self._room(prompt)))
            for number, (prompt, seed) in enumerate(zip(prompts, seeds, strict=True))
        ]
        cache = growing_cache(self._model.config, sampling.max_tokens)
        mask_BT, logits_BV = prefill(
            self._forward, prompts, cache, pad=self._pad, device=self._model.device
        )
        alive = list(rows)
        while True:
            self._draw(alive, logits_BV, sampling)
            going = [b for b, row in enumerate(alive) if not row.finish and wanted(row.number)]
            if not going:
                return [row.sampled() for row in rows]
            if len(going) < len(alive):
                kept = torch.tensor(going, device=mask_BT.device)
                cache.batch_select_indices(kept)
                mask_BT, alive = mask_BT[kept], [alive[b] for b in going]
            ids_B1 = torch.tensor([[row.ids[-1]] for row in alive], device=mask_BT.device)
            mask_BT = torch.cat([mask_BT, torch.ones_like(ids_B1)], dim=1)
            logits_BV = self._forward(ids_B1, mask_BT, cache)

    def _forward(
        self, ids_BT: torch.Tensor, mask_BS: torch.Tensor, cache: DynamicCache
    ) -> torch.Tensor:
        """The logits after the last of the new ids, in float32."""
        places_BS = (mask_BS.cumsum(dim=1) - 1).clamp(min=0)
        out = self._model(
            input_ids=ids_BT,
            attention_mask=None if bool(mask_BS.all()) else mask_BS,
            position_ids=places_BS[:, -ids_BT.shape[1] :],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits_BV: torch.Tensor = out.logits[:, -1].float()
        return logits_BV

    def _draw(self, rows: Sequence[_Row], logits_BV: torch.Tensor, sampling: Sampling) -> None:
        """Give every row its next token, and say which rows are finished."""
        ends = self._ends_of_turn()
        logprobs_BV = torch.log_softmax(logits_BV / (sampling.temperature or 1.0), dim=-1)
        if sampling.temperature:
            draws = torch.tensor([row.stream.random() for row in rows], dtype=torch.float64)
            ids_B = inverse_cdf(logprobs_BV, draws.to(logits_BV.device))
        else:
            ids_B = logits_BV.argmax(dim=-1)
        drawn_B = logprobs_BV.gather(1, ids_B[:, None])[:, 0]
        if not bool(torch.isfinite(drawn_B).all()):
            raise ModelError(
                "the model's probabilities are not numbers: its weights are damaged, by a "
                "learning rate that was too high or before"
            )
        for row, token, logprob in zip(rows, ids_B.tolist(), drawn_B.tolist(), strict=True):
            if token in ends:
                row.finish, row.end = "end", EndToken(token, logprob)
                continue
            row.ids.append(token)
            row.logprobs.append(logprob)
            if self._stopped(row.ids, sampling.stop):
                row.finish = "stop"
            elif len(row.ids) == row.most:
                row.finish = "length"

    def _room(self, prompt: Sequence[int]) -> int:
        """How many tokens may follow a prompt; raises ModelError for none."""
        if self.context is None:
            return sys.maxsize
        if len(prompt) >= self.context:
            raise ModelError(too_long(len(prompt), self.context))
        return self.context - len(prompt)

    def _ends_of_turn(self) -> set[int]:
        configured = self._model.generation_config.eos_token_id
        ends = configured if isinstance(configured, list) else [configured]
        return {token for token in (*ends, self._pad) if token is not None}

    def _stopped(self, ids: list[int], stop: tuple[str, ...]) -> bool:
        """Whether the last token completed a stop string (no token is shorter than a byte)."""
        if not stop:
            return False
        reach = max(len(text.encode()) for text in stop)
        tail = self._tokenizer.decode(ids[-reach:])
        return any(text in tail for text in stop)


def inverse_cdf(logprobs_BV: torch.Tensor, draws_B: torch.Tensor) -> torch.Tensor:
    """The token of each row at which its cumulative probability passes a draw from [0, 1)."""
    cumulative_BV = logprobs_BV.double().exp().cumsum(dim=-1)
    targets_B1 = draws_B[:, None] * cumulative_BV[:, -1:]
    ids_B1 = torch.searchsorted(cumulative_BV, targets_B1, right=True)
    return ids_B1[:, 0].clamp(max=logprobs_BV.shape[-1] - 1)
