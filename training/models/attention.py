"""Two kinds of attention for a processor: to decode, and to train on traces laid end to end.

For one new token a row the keys are not repeated. With grouped heads and a mask, transformers'
SDPA path copies every key and value once a head of the group and then runs a kernel made for
long queries: at 16 rows of 1,150 tokens that is 15 ms a layer, against 1 ms where the heads of a
group are the queries of one head, over the cache as it lies.

Traces laid end to end need no padding, and attention to each by itself needs no mask.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

GROUPED, PACKED = "grouped", "packed"
_FULL = {"full_attention"}


def use_grouped_attention(model: Any) -> None:
    """Let a model that decodes on a processor with SDPA use this attention instead."""
    if model.device.type == "cpu" and model.config._attn_implementation == "sdpa":
        model.set_attn_implementation(GROUPED)


def use_packed_attention(model: Any) -> bool:
    """Let a model on a processor read sequences laid end to end; whether it can."""
    config = model.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or _FULL)
    plain = kinds == _FULL and not getattr(config, "sliding_window", None)
    if model.device.type != "cpu" or config._attn_implementation != "sdpa" or not plain:
        return False
    model.set_attn_implementation(PACKED)
    if _keeps_apart(model.eval()):  # a trainer turns dropout on again
        return True
    model.set_attn_implementation("sdpa")
    return False


@torch.no_grad()
def _keeps_apart(model: Any) -> bool:
    """Whether a sequence is read alike behind another: convolutions and states would tell."""
    ids_T = torch.arange(4, device=model.device)
    hidden_1TH = model.get_decoder()(
        input_ids=ids_T.repeat(2)[None],
        position_ids=ids_T.repeat(2)[None],
        cu_seq_lens_q=torch.tensor([0, 4, 8]),
        use_cache=False,
    ).last_hidden_state
    return torch.allclose(hidden_1TH[:, :4], hidden_1TH[:, 4:], atol=1e-4)


def packed_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    cu_seq_lens_q: torch.Tensor | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within each of the sequences whose borders are `cu_seq_lens_q`; (B, T, H, D)."""
    lengths = [query.shape[2]] if cu_seq_lens_q is None else cu_seq_lens_q.diff().tolist()
    parts = zip(*(states.split(lengths, dim=2) for states in (query, key, value)), strict=True)
    found = [sdpa_attention_forward(module, *part, None, **kwargs)[0] for part in parts]
    return torch.cat(found, dim=1), None


def grouped_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attend from a query (B, H, 1, D) to keys and values (B, KV, T, D); returns (B, 1, H, D).

    Longer queries, and kinds of attention that need more than a boolean mask, go to SDPA.
    """
    if not _plain(query, attention_mask, kwargs):
        out: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, **kwargs
        )
        return out
    batch, heads, _, size = query.shape
    # The heads of a group take the place of one head's queries: nothing is repeated.
    grouped = query.view(batch, key.shape[1], heads // key.shape[1], size)
    attended = scaled_dot_product_attention(
        grouped, key, value, attn_mask=attention_mask, scale=kwargs.get("scaling")
    )
    return attended.reshape(batch, 1, heads, value.shape[-1]), None


def _plain(query: torch.Tensor, mask: torch.Tensor | None, kwargs: dict[str, Any]) -> bool:
    if torch.is_grad_enabled() or query.shape[2] != 1 or kwargs.get("position_bias") is not None:
        return False
    return mask is None or (mask.dtype == torch.bool and mask.shape[1] == 1)


AttentionInterface.register(GROUPED, grouped_attention)
AttentionMaskInterface.register(GROUPED, sdpa_mask)
AttentionInterface.register(PACKED, packed_attention)
AttentionMaskInterface.register(PACKED, lambda *_, **__: None)
