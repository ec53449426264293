"""A key-value cache that writes new tokens in place, and lets rows go in place.

transformers' own cache copies everything it holds for every new token: at 40 rows of 600
tokens that is a gigabyte of traffic a step. And whatever is copied to a larger place leaves a
hole in glibc's heap that the next, larger copy does not fit: the cache of 32 rollouts, 0.7 GB
in bfloat16, let the process grow by 1.8 GB.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

_MOST_ROOM = 256
"""Tokens for which room is made at a time, at most."""


def growing_cache(config: Any, coming: int) -> DynamicCache:
    """An empty cache for a model that will write `coming` tokens after what it reads.

    Kinds of layers other than full attention stay as they are.
    """
    cache = DynamicCache(config=config)
    room = min(coming, _MOST_ROOM)
    cache.layers = [
        GrowingLayer(room) if type(one) is DynamicLayer else one for one in cache.layers
    ]
    return cache


def forks(cache: DynamicCache) -> bool:
    """Whether rows can be read apart and joined: with full attention alone."""
    return all(isinstance(layer, GrowingLayer) for layer in cache.layers)


def fork(cache: DynamicCache, rows: int) -> DynamicCache:
    """A cache for some rows that begin with what the only row of `cache` has read, if any."""
    forked = DynamicCache()
    forked.layers = [layer.fork(rows) for layer in cache.layers]
    return forked


def join(
    cache: DynamicCache, parts: Sequence[DynamicCache], order_B: torch.Tensor, held: int
) -> None:
    """Let `cache` hold the rows of its forks, padded on the left to `held` tokens.

    `order_B` says which row each of the parts' rows is; the parts are empty afterwards.
    """
    for number, layer in enumerate(cache.layers):
        layer.join([part.layers[number] for part in parts], order_B, held)


class GrowingLayer(DynamicLayer):
    """Keys and values (B, KV, T, D) as views of tensors with room for more tokens."""

    keys: torch.Tensor
    values: torch.Tensor
    _all_keys: torch.Tensor
    _all_values: torch.Tensor

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add new tokens; returns all keys and values."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self._hold(key_states[:, :, :0], value_states[:, :, :0], 0)
        start = self.keys.shape[2]
        end = start + key_states.shape[2]
        if end > self._all_keys.shape[2]:
            capacity = end + self._room
            self._hold(_grown(self.keys, capacity), _grown(self.values, capacity), start)
        self._all_keys[:, :, start:end] = key_states
        self._all_values[:, :, start:end] = value_states
        self._hold(self._all_keys, self._all_values, end)
        return self.keys, self.values

    def fork(self, rows: int) -> GrowingLayer:
        """The only row of this layer, if it has read one, for some rows that go on from it."""
        forked = GrowingLayer(room=0)
        if self.is_initialized:
            forked.lazy_initialization(self.keys, self.values)
            keys, values = self.keys.expand(rows, -1, -1, -1), self.values.expand(rows, -1, -1, -1)
            forked._hold(keys, values, self.keys.shape[2])
        return forked

    def join(self, parts: Sequence[GrowingLayer], order_B: torch.Tensor, held: int) -> None:
        """Hold the rows of the forks in another order; what pads them is zero, never masked NaN."""
        shared = self.keys.shape[2] if self.is_initialized else 0
        if not shared:
            self.lazy_initialization(parts[0].keys, parts[0].values)
        keys, values = (
            self._joined([getattr(part, which) for part in parts], order_B, shared, held)
            for which in ("keys", "values")
        )
        self._hold(keys, values, held)
        for part in parts:  # a view would keep what it is of: all layers would stand twice
            part._hold(self.keys.new_empty(0, 0, 0, 0), self.values.new_empty(0, 0, 0, 0), 0)

    def _joined(
        self, parts: Sequence[torch.Tensor], order_B: torch.Tensor, shared: int, held: int
    ) -> torch.Tensor:
        _, heads, _, size = parts[0].shape
        joined = parts[0].new_zeros(len(order_B), heads, held + self._room, size)
        for rows, states in zip(order_B.split([len(part) for part in parts]), parts, strict=True):
            own = states.shape[2] - shared
            joined[rows, :, :shared] = states[:, :, :shared]
            joined[rows, :, held - own : held] = states[:, :, shared:]
        return joined

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat every row."""
        super().batch_repeat_interleave(repeats)
        self._hold(self.keys, self.values, self.keys.shape[2])

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep some rows, in ascending order; they move to the front of where they lie."""
        rows, held = len(indices), self.keys.shape[2]
        self.keys[:rows] = self.keys[indices]
        self.values[:rows] = self.values[indices]
        self._hold(self._all_keys[:rows], self._all_values[:rows], held)

    def _hold(self, all_keys: torch.Tensor, all_values: torch.Tensor, held: int) -> None:
        """Take tensors of which the first `held` tokens are written."""
        self._all_keys, self._all_values = all_keys, all_values
        self.keys, self.values = all_keys[:, :, :held], all_values[:, :, :held]


def _grown(states: torch.Tensor, capacity: int) -> torch.Tensor:
    """A copy with room for `capacity` tokens."""
    batch, heads, held, size = states.shape
    grown = states.new_empty(batch, heads, capacity, size)
    grown[:, :, :held] = states
    return grown
