"""One token script for both sides: two turns of one search each, then an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from masksearch.protocol import ModelTurn, render_turn
from masksearch.schemas import Hit

TURN_TOKENS = 40
"""Sampled tokens of every turn, what ends it included."""
SEARCHES = 2
_FILLER = " well"
_PAGE = (
    "The tower was built of limestone between 1843 and 1851, after a design that had been "
    "sent in for the competition of the year before, and stands above the old harbour."
)
_TURNS = (
    ModelTurn(thought="I look up the tower.", queries=("tower above the old harbour",)),
    ModelTurn(thought="Now the year.", queries=("tower limestone built year",)),
    ModelTurn(thought="It says so.", answer="limestone"),
)
HITS = tuple(
    Hit(id=f"page-{number}#0", title=f"Harbour {number}", text=_PAGE, score=1.0)
    for number in range(2)
)


def turns(tokenizer: Any, ending: Sequence[int] = ()) -> list[list[int]]:
    """The ids of the turns, each of `TURN_TOKENS`; `ending` closes a turn where it must."""
    return [_padded(tokenizer, turn, ending) for turn in _TURNS]


def _padded(tokenizer: Any, turn: ModelTurn, ending: Sequence[int]) -> list[int]:
    """A turn whose thought is as long as makes it the wanted number of tokens."""
    for fillers in range(TURN_TOKENS):
        thought = turn.thought + fillers * _FILLER
        text = render_turn(turn.model_copy(update={"thought": thought}))
        ids = [*tokenizer(text, add_special_tokens=False).input_ids, *ending]
        if len(ids) == TURN_TOKENS:
            return ids
    raise ValueError(f"the turn {turn} cannot be made {TURN_TOKENS} tokens long")
