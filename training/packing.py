"""Traces laid end to end, so that a processor reads several in one pass without padding.

A pass casts every weight and its gradient once, however few tokens it reads; and every token
in it takes a megabyte until its gradient is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from training.data import IGNORED

PLACES = ("position_ids", "cu_seq_lens_q")
"""What tells a model where a trace begins, by transformers' names."""
_PASS_TOKENS = 768


def passes(
    ids_BT: torch.Tensor, mask_BT: torch.Tensor, labels_BT: torch.Tensor
) -> Iterator[dict[str, torch.Tensor]]:
    """The rows of a padded batch, laid end to end in passes of about `_PASS_TOKENS`."""
    lengths = mask_BT.sum(dim=1).tolist()
    for rows in _shared_out(lengths, _PASS_TOKENS):
        kept_BT = mask_BT[rows].bool()
        first_BT = torch.arange(ids_BT.shape[1], device=ids_BT.device) == 0
        labels = labels_BT[rows].masked_fill(first_BT, IGNORED)  # none is told by another trace
        yield {
            "input_ids": ids_BT[rows][kept_BT][None],
            "labels": labels[kept_BT][None],
            "position_ids": (kept_BT.cumsum(dim=1) - 1)[kept_BT][None],
            "cu_seq_lens_q": torch.tensor([0, *(lengths[row] for row in rows)]).cumsum(dim=0),
        }


def _shared_out(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Rows in order, as many together as have at most so many tokens; a longer one by itself."""
    rows: list[int] = []
    for row, length in enumerate(lengths):
        if rows and sum(lengths[one] for one in rows) + length > most:
            yield rows
            rows = []
        rows.append(row)
    yield rows
