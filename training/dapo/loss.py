"""DAPO's objective on the tokens that a policy produced; pure functions of tensors.

All tensors of shape (N,) hold one value a trainable token, over all rows of a micro-batch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch


class TokenScores(NamedTuple):
    """Log-probabilities (N,), with gradient, and entropies (N,), without."""

    logprobs_N: torch.Tensor
    entropies_N: torch.Tensor


class Objective(NamedTuple):
    """Losses (N,) of single tokens, and which of them the clip holds back."""

    losses_N: torch.Tensor
    clipped_N: torch.Tensor


def clipped_objective(
    logprobs_N: torch.Tensor,
    old_logprobs_N: torch.Tensor,
    advantages_N: torch.Tensor,
    clip_low: float,
    clip_high: float,
) -> Objective:
    """`-min(r A, clip(r, 1 - clip_low, 1 + clip_high) A)` (arXiv 2503.14476, equation 8)."""
    ratio_N = torch.exp(logprobs_N - old_logprobs_N)
    held_N = torch.clamp(ratio_N, 1 - clip_low, 1 + clip_high)
    losses_N = -torch.min(ratio_N * advantages_N, held_N * advantages_N)
    too_high_N = (ratio_N > 1 + clip_high) & (advantages_N > 0)
    too_low_N = (ratio_N < 1 - clip_low) & (advantages_N < 0)
    return Objective(losses_N, too_high_N | too_low_N)


def token_level_loss(
    losses_N: torch.Tensor, tokens_of_update: float, processes: int = 1
) -> torch.Tensor:
    """The sum over tokens, so that their gradients add up to a mean over the whole update.

    `tokens_of_update` counts the trainable tokens of every micro-batch on every process
    that one optimizer step takes in. Gradients of micro-batches are added, those of
    processes averaged, hence the factor.
    """
    return losses_N.sum() * (processes / max(tokens_of_update, 1.0))


def token_scores(
    model: Any,
    ids_BT: torch.Tensor,
    mask_BT: torch.Tensor,
    trainable_BT: torch.Tensor,
    temperature: float,
) -> TokenScores:
    """Score the trainable tokens alone: no other position reaches the vocabulary.

    Needs a model whose logits are its output embedding of the hidden states
    (`training.loss.has_plain_head`). Token t is scored from those before it.
    """
    hidden_BTH = model.get_decoder()(
        input_ids=ids_BT,
        attention_mask=mask_BT,
        position_ids=(mask_BT.cumsum(dim=1) - 1).clamp(min=0),
        use_cache=False,
    ).last_hidden_state
    wanted_BT = trainable_BT[:, 1:].bool()
    logits_NV = model.get_output_embeddings()(hidden_BTH[:, :-1][wanted_BT]).float() / temperature
    all_NV = torch.log_softmax(logits_NV, dim=-1)
    logprobs_N = all_NV.gather(1, ids_BT[:, 1:][wanted_BT][:, None])[:, 0]
    with torch.no_grad():
        entropies_N = -(all_NV.exp() * all_NV).sum(dim=-1)
    return TokenScores(logprobs_N, entropies_N)
