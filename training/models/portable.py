"""Saved models as transformers 4 and the programs built on it read them.

transformers 5 has other names for some settings. Who knows only the older ones refuses the
tokenizer, and takes every rotary base for 10,000 without a word; so both stand in the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from masksearch.store import read_json, write_json

_TOKENIZERS = {"TokenizersBackend": "PreTrainedTokenizerFast"}
"""Classes that transformers 4 has under another name."""
_INPUTS = ("input_ids", "attention_mask")
"""What such a class gives a model in 5; in 4 it gives token types too, which few models take."""
_GLOBAL, _LOCAL = "full_attention", "sliding_attention"


def write_older_names(folder: Path) -> None:
    """Add them to a folder that transformers 5 has saved."""
    for name, with_older in (
        ("config.json", with_older_settings),
        ("tokenizer_config.json", with_older_tokens),
    ):
        if (path := folder / name).exists():
            write_json(path, with_older(read_json(path)))


def with_older_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """A model's configuration, and those within it, with the older names beside the newer."""
    nested = {
        name: with_older_settings(part)
        for name, part in config.items()
        if name.endswith("_config") and isinstance(part, Mapping)
    }
    older = _older_rope(config.get("rope_parameters") or {})
    if "dtype" in config:
        older["torch_dtype"] = config["dtype"]
    return {**older, **config, **nested}


def with_older_tokens(config: Mapping[str, Any]) -> dict[str, Any]:
    """A tokenizer's configuration with a class and a list of special tokens that both know."""
    known = dict(config)
    if (kind := known.get("tokenizer_class")) in _TOKENIZERS:
        known["tokenizer_class"] = _TOKENIZERS[kind]
        known.setdefault("model_input_names", list(_INPUTS))
    if isinstance(extra := known.get("extra_special_tokens"), list):  # 4 expects names for them
        del known["extra_special_tokens"]
        known["additional_special_tokens"] = extra
    return known


def _older_rope(rope: Mapping[str, Any]) -> dict[str, Any]:
    """Rotary settings by their older names; layers of two kinds have two bases."""
    if _GLOBAL in rope:
        local = rope.get(_LOCAL) or {}
        bases = {"rope_local_base_freq": local["rope_theta"]} if "rope_theta" in local else {}
        return {**_older_rope(rope[_GLOBAL] or {}), **bases}
    older = {name: rope[name] for name in ("rope_theta", "partial_rotary_factor") if name in rope}
    if rope.get("rope_type", "default") != "default":
        older["rope_scaling"] = {name: rope[name] for name in rope if name != "rope_theta"}
    return older
