"""How many tokens a model can read, by its own configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

_POSITIONS = (
    "max_position_embeddings",
    "n_positions",
    "n_ctx",
    "max_sequence_length",
    "max_seq_len",
    "seq_length",
)
"""What families of models call it."""
_STRETCHED = ("linear", "dynamic", "ntk")
"""Kinds of rotary scaling beside which a configuration names the length before it."""
_UNSET = 10**7
"""Above it a tokenizer's length is a placeholder."""


def context_length(model_config: Any, tokenizer: Any) -> int | None:
    """The longest conversation in tokens, or None where nothing bounds it.

    The lesser of what the model has positions for and what its tokenizer was made for.
    """
    made_for = getattr(tokenizer, "model_max_length", None)
    told = (_positions(model_config.get_text_config()), made_for)
    known = [int(one) for one in told if _is_length(one)]
    return min(known, default=None)


def too_long(tokens: int, context: int) -> str:
    """Why a conversation of so many tokens cannot be continued."""
    return f"the conversation has {tokens:,} tokens and the model's context holds {context:,}"


def _is_length(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and 0 < value < _UNSET


def _positions(config: Any) -> float | None:
    found = (getattr(config, name, None) for name in _POSITIONS)
    own = next((one for one in found if _is_length(one)), None)
    rope = getattr(config, "rope_parameters", None)
    return own if own is None or not isinstance(rope, Mapping) else _stretched(own, rope)


def _stretched(positions: float, rope: Mapping[str, Any]) -> float:
    """What rotary scaling makes of them; never less, as some name the length behind it."""
    factor = rope.get("factor")
    if not isinstance(factor, int | float):
        return positions
    if rope.get("rope_type") in _STRETCHED:
        return positions * factor
    before = rope.get("original_max_position_embeddings")
    return max(positions, before * factor) if _is_length(before) else positions
