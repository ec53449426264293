"""The loss of SFT on a processor: only trainable tokens reach the vocabulary.

TRL scores every position where Triton is missing. In a trace most tokens are the page's,
not the model's, and projecting them onto 49,152 words costs a third of the whole step.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import cross_entropy

from training.data import IGNORED

_HEAD_CHANGES = (
    "final_logit_softcapping",
    "logit_scale",
    "logits_scaling",
    "output_multiplier",
    "lm_head_multiplier",
)


def has_plain_head(model: Any) -> bool:
    """Whether logits are the output embedding of the hidden states and nothing more."""
    config = model.config.get_text_config()
    return not any(getattr(config, name, None) for name in _HEAD_CHANGES)


def trainable_nll(
    model: Any,
    input_ids_BT: torch.Tensor,
    attention_mask_BT: torch.Tensor | None,
    labels_BT: torch.Tensor,
    num_items: torch.Tensor | int | None,
    **places: Any,
) -> torch.Tensor:
    """Negative log-likelihood of the labelled tokens, summed and divided by `num_items`.

    `num_items` is the number of labelled tokens in the whole optimizer step; None takes
    this batch's own. Positions are shifted here: token t is predicted from those before.
    `places` say where traces laid end to end begin.
    """
    hidden_BTH = model.get_decoder()(
        input_ids=input_ids_BT, attention_mask=attention_mask_BT, use_cache=False, **places
    ).last_hidden_state
    targets_BT = labels_BT[:, 1:]
    kept_BT = targets_BT != IGNORED
    logits_NV = model.get_output_embeddings()(hidden_BTH[:, :-1][kept_BT])
    total = cross_entropy(logits_NV.float(), targets_BT[kept_BT], reduction="sum")
    return total / (kept_BT.sum().clamp(min=1) if num_items is None else num_items)
