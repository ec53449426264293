"""Read many prompts into one cache: what all begin with once, the rest with little padding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from transformers import DynamicCache

from training.models.cache import fork, forks, join

_PIECE_TOKENS = 4096
"""Tokens that are read at once, padding included: enough to keep any device busy."""

Forward = Callable[[torch.Tensor, torch.Tensor, DynamicCache], torch.Tensor]
"""New ids (B, T), the mask of all that is read (B, S) and a cache to the last logits (B, V)."""


def prefill(
    forward: Forward,
    prompts: Sequence[list[int]],
    cache: DynamicCache,
    *,
    pad: int,
    device: torch.device,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Fill an empty cache with prompts, padded on the left: mask (B, T), last logits (B, V)."""
    shared = shared_prefix(prompts) if len(prompts) > 1 else 0
    if shared:
        ids_1T = torch.tensor([prompts[0][:shared]], device=device)
        forward(ids_1T, torch.ones_like(ids_1T), cache)
    rests = _Rests([prompt[shared:] for prompt in prompts], shared, pad, device)
    everyone = range(len(prompts))
    ids_BT, mask_BT = rests.padded(everyone)
    pieces = list(_pieces(rests.ids))
    if len(pieces) > 1 and forks(cache):
        return mask_BT, _read_apart(forward, rests, pieces, cache)
    if shared:
        cache.batch_repeat_interleave(len(prompts))
    return mask_BT, forward(ids_BT, mask_BT, cache)


class _Rests(NamedTuple):
    """What is left of prompts after the tokens that they share."""

    ids: list[list[int]]
    shared: int
    pad: int
    device: torch.device

    def padded(self, rows: Iterable[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Some rows as ids (B, R), and the mask (B, shared + R) of all that they have read."""
        mine = [self.ids[row] for row in rows]
        longest = max(map(len, mine))
        pads = [longest - len(rest) for rest in mine]
        ids = [[self.pad] * pad + rest for pad, rest in zip(pads, mine, strict=True)]
        mask = [[1] * self.shared + [0] * pad + [1] * (longest - pad) for pad in pads]
        return torch.tensor(ids, device=self.device), torch.tensor(mask, device=self.device)


def _read_apart(
    forward: Forward, rests: _Rests, pieces: Sequence[list[int]], cache: DynamicCache
) -> torch.Tensor:
    """Read pieces one after the other and join what they leave in the cache."""
    parts = [fork(cache, len(rows)) for rows in pieces]
    logits = [forward(*rests.padded(rows), part) for rows, part in zip(pieces, parts, strict=True)]
    order_B = torch.tensor([row for rows in pieces for row in rows], device=rests.device)
    join(cache, parts, order_B, rests.shared + max(map(len, rests.ids)))
    return torch.cat(logits)[order_B.argsort()]


def _pieces(rests: Sequence[list[int]]) -> Iterator[list[int]]:
    """Rows of like lengths, the longest first, so many that they are read at once."""
    rows = sorted(range(len(rests)), key=lambda row: len(rests[row]), reverse=True)
    while rows:
        count = max(1, _PIECE_TOKENS // len(rests[rows[0]]))
        yield rows[:count]
        rows = rows[count:]


def shared_prefix(prompts: Sequence[list[int]]) -> int:
    """How many leading ids all prompts have in common; at least one id is left to each."""
    shortest, longest = min(prompts), max(prompts)
    most = min(map(len, prompts)) - 1
    differing = (n for n in range(most) if shortest[n] != longest[n])
    return next(differing, most)
