"""A key-value cache that writes new tokens in place.

transformers' own cache copies everything it holds for every new token: at 40 rows of 600
tokens that is a gigabyte of traffic a step, and as much litter in the heap.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

_ROOM = 64
"""Tokens for which room is made at a time."""


def growing_cache(config: Any) -> DynamicCache:
    """An empty cache for a model; kinds of layers other than full attention stay as they are."""
    cache = DynamicCache(config=config)
    cache.layers = [GrowingLayer() if type(one) is DynamicLayer else one for one in cache.layers]
    return cache


class GrowingLayer(DynamicLayer):
    """Keys and values (B, KV, T, D) as views of tensors with room for more tokens."""

    keys: torch.Tensor
    values: torch.Tensor
    _all_keys: torch.Tensor
    _all_values: torch.Tensor

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add new tokens; returns all keys and values."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self._make_room(key_states[:, :, :0], value_states[:, :, :0], key_states.shape[2])
        start = self.keys.shape[2] if self.keys.numel() else 0
        end = start + key_states.shape[2]
        if end > self._all_keys.shape[2]:
            self._make_room(self.keys, self.values, end)
        self._all_keys[:, :, start:end] = key_states
        self._all_values[:, :, start:end] = value_states
        self.keys, self.values = self._all_keys[:, :, :end], self._all_values[:, :, :end]
        return self.keys, self.values

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat every row."""
        super().batch_repeat_interleave(repeats)
        self._make_room(self.keys, self.values, self.keys.shape[2])

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep some rows."""
        super().batch_select_indices(indices)
        self._make_room(self.keys, self.values, self.keys.shape[2])

    def _make_room(self, keys: torch.Tensor, values: torch.Tensor, length: int) -> None:
        """Copy keys and values to where `length` tokens and some more have room."""
        self._all_keys = _with_room(keys, length + _ROOM)
        self._all_values = _with_room(values, length + _ROOM)
        held = keys.shape[2]
        self.keys, self.values = self._all_keys[:, :, :held], self._all_values[:, :, :held]


def _with_room(states: torch.Tensor, capacity: int) -> torch.Tensor:
    batch, heads, held, size = states.shape
    room = states.new_empty(batch, heads, capacity, size)
    room[:, :, :held] = states
    return room
