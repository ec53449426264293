"""The difficulty card of a task: what can be said before anyone has tried to solve it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from masksearch.schemas import Difficulty, Span
from masksearch.text import UNIT, tokens

_DIGITS = 4


def difficulty_card(chosen: Sequence[Span], num_words: int, scorer: str = "") -> Difficulty:
    """The card of a window of so many words with these spans masked.

    `scorer` names the model that gave the spans their surprisals.
    """
    lengths = tuple(len(tokens(span.text)) for span in chosen)
    share = sum(len(UNIT.findall(span.text)) for span in chosen) / max(1, num_words)
    surprisals = tuple(_rounded(span.surprisal) for span in chosen)
    known = [nats for nats in surprisals if nats is not None]
    if not known:
        return Difficulty(masked_share=_rounded(share), answer_tokens=lengths)
    return Difficulty(
        perplexity=_rounded(math.exp(sum(known) / len(known))),
        surprisals=surprisals,
        scorer=scorer,
        masked_share=_rounded(share),
        answer_tokens=lengths,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
