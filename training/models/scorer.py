"""How hard spans are to guess: their surprisal under a causal language model.

A passage is read once for all its spans. The hidden states are projected onto the
vocabulary only before tokens of a span, which are a fifth of a passage; and texts of about
one length are read together, few enough that a processor does not slow down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch.nn.functional import cross_entropy

from masksearch.readings import ScoredText
from masksearch.schemas import Interval
from training.loss import has_plain_head
from training.memory import release_memory
from training.models.context import context_length
from training.models.loading import LoadedModel

MAX_TOKENS = 2048
"""Longest text read at once, where the model's context holds as much; a longer one is read in
pieces that overlap by half."""
_BATCH_TOKENS = {"cpu": 512, "cuda": 32_768}
_PROJECTED = 1024
"""Positions projected onto the vocabulary at once: 200 MB for 49,152 words in float32."""


class _Piece(NamedTuple):
    """A stretch of a text's tokens, and those of them that are to be scored."""

    text: int
    start: int
    ids: list[int]
    targets: list[int]


class _Encoded(NamedTuple):
    """A text's tokens, and which of them make up each span."""

    ids: list[int]
    spans: list[list[int]]


class LocalScorer:
    """Implements ports.SpanScorer on transformers."""

    def __init__(self, loaded: LoadedModel, name: str, batch_tokens: int | None = None) -> None:
        self.name = name
        self.loaded = loaded
        self._model = loaded.model.eval()
        self._tokenizer = loaded.tokenizer
        self._plain = has_plain_head(loaded.model)
        kind = loaded.model.device.type
        context = context_length(loaded.model.config, loaded.tokenizer)
        self._most = min(MAX_TOKENS, context or MAX_TOKENS)
        self._batch_tokens = batch_tokens or _BATCH_TOKENS.get(kind, _BATCH_TOKENS["cpu"])
        starts = (loaded.tokenizer.bos_token_id, loaded.tokenizer.eos_token_id)
        self._start = [next((token for token in starts if token is not None), 0)]

    def surprisals(self, texts: Sequence[ScoredText]) -> list[tuple[float, ...]]:
        """Mean nats per token of every span, given the title and the text before it."""
        encoded = [self._encode(text) for text in texts]
        nats: list[dict[int, float]] = [{} for _ in texts]
        pieces = [piece for n, one in enumerate(encoded) for piece in _pieces(n, one, self._most)]
        for batch in _batches(pieces, self._batch_tokens):
            for piece, found in zip(batch, self._read(batch), strict=True):
                nats[piece.text].update(zip(piece.targets, found, strict=True))
        release_memory()
        return [
            tuple(_mean([found[at] for at in span]) for span in one.spans)
            for one, found in zip(encoded, nats, strict=True)
        ]

    def _encode(self, text: ScoredText) -> _Encoded:
        head = f"{text.title}\n\n" if text.title else ""
        encoded = self._tokenizer(
            head + text.text,
            add_special_tokens=False,
            split_special_tokens=True,  # a page's text can be no special token
            return_offsets_mapping=True,
        )
        places = [(0, 0), *encoded.offset_mapping]
        spans = [_tokens_of(span.shifted(len(head)), places) for span in text.spans]
        return _Encoded([*self._start, *encoded.input_ids], spans)

    @torch.inference_mode()
    def _read(self, batch: Sequence[_Piece]) -> list[list[float]]:
        """The nats of each piece's targets."""
        where = self._model.device
        longest = max(len(piece.ids) for piece in batch)
        # What is padded stands to the right, where nothing that counts can see it.
        ids_BT = torch.tensor(
            [piece.ids + self._start * (longest - len(piece.ids)) for piece in batch], device=where
        )
        rows = [row for row, piece in enumerate(batch) for _ in piece.targets]
        before = [at - piece.start - 1 for piece in batch for at in piece.targets]
        wanted = [piece.ids[at - piece.start] for piece in batch for at in piece.targets]
        nats_N = self._nats(ids_BT, torch.tensor([rows, before]), torch.tensor(wanted))
        found = iter(nats_N.tolist())
        return [[next(found) for _ in piece.targets] for piece in batch]

    def _nats(
        self, ids_BT: torch.Tensor, places_2N: torch.Tensor, wanted_N: torch.Tensor
    ) -> torch.Tensor:
        """Surprisal of the wanted tokens after the given places."""
        rows_N, before_N = places_2N.to(ids_BT.device)
        wanted_N = wanted_N.to(ids_BT.device)
        if not self._plain:
            logits_NV = self._model(input_ids=ids_BT, use_cache=False).logits[rows_N, before_N]
            return cross_entropy(logits_NV.float(), wanted_N, reduction="none")
        hidden_BTH = self._model.get_decoder()(input_ids=ids_BT, use_cache=False).last_hidden_state
        head: Any = self._model.get_output_embeddings()
        parts = [
            cross_entropy(head(hidden_MH).float(), wanted_M, reduction="none")
            for hidden_MH, wanted_M in zip(
                hidden_BTH[rows_N, before_N].split(_PROJECTED),
                wanted_N.split(_PROJECTED),
                strict=True,
            )
        ]
        return torch.cat(parts)


def _tokens_of(span: Interval, places: Sequence[tuple[int, int]]) -> list[int]:
    """The tokens that share a character with a span."""
    return [at for at, (start, end) in enumerate(places) if start < span.end and span.start < end]


def _pieces(text: int, encoded: _Encoded, most: int) -> Iterator[_Piece]:
    """The text in pieces in which every target but the first ones has half a piece before it."""
    targets = sorted({at for span in encoded.spans for at in span})
    half, length = most // 2, len(encoded.ids)
    for start in range(0, max(1, length - half), half):
        first = start + half if start else 1
        end = min(start + most, length)
        inside = [at for at in targets if first <= at < end]
        if inside:
            yield _Piece(text, start, encoded.ids[start : inside[-1] + 1], inside)


def _batches(pieces: Sequence[_Piece], most: int) -> Iterator[list[_Piece]]:
    """Pieces of about one length together, at most so many tokens with the padding."""
    batch: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: len(piece.ids)):
        if batch and len(piece.ids) * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))
