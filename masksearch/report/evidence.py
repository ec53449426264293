"""Where in a text the answers stand, by the same notion of a token that scoring has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from masksearch.schemas import MASK, Interval
from masksearch.text import UNIT, tokens


class Piece(NamedTuple):
    """A stretch of a text; `blank` is the number of the blank that it answers, or 0."""

    text: str
    blank: int = 0


class _Token(NamedTuple):
    text: str
    place: Interval


def marked(text: str, answers: Sequence[Sequence[str]]) -> list[Piece]:
    """The text in pieces, with every accepted answer that stands in it as whole tokens.

    `answers` holds the accepted texts per blank. Where answers overlap, the one that
    begins first is marked, and of those the longest.
    """
    seen = list(_tokens(text))
    found = [
        (place.start, -place.end, number)
        for number, aliases in enumerate(answers, 1)
        for alias in aliases
        for place in _places(text, seen, tokens(alias))
    ]
    pieces, cursor = [], 0
    for start, negative_end, number in sorted(found):
        if start >= cursor:
            pieces += [Piece(text[cursor:start]), Piece(text[start:-negative_end], number)]
            cursor = -negative_end
    return [piece for piece in [*pieces, Piece(text[cursor:])] if piece.text]


def blanks(masked: str) -> list[Piece]:
    """A task's text with its masks, in order, as numbered pieces."""
    pieces = []
    for number, segment in enumerate(masked.split(MASK)):
        pieces += [Piece(MASK, number)] * bool(number) + [Piece(segment)]
    return [piece for piece in pieces if piece.text]


def _tokens(text: str) -> Iterator[_Token]:
    """Normalised tokens with the place of the word, or the character, that they are from."""
    for match in UNIT.finditer(text):
        place = Interval(*match.span())
        yield from (_Token(token, place) for token in tokens(match[0]))


def _places(text: str, seen: Sequence[_Token], wanted: Sequence[str]) -> Iterator[Interval]:
    width = len(wanted)
    for at in range(len(seen) - width + 1) if width else ():
        if [token.text for token in seen[at : at + width]] == list(wanted):
            yield _trimmed(text, seen[at].place.start, seen[at + width - 1].place.end)


def _trimmed(text: str, start: int, end: int) -> Interval:
    """Without the punctuation around it."""
    while start < end - 1 and _is_punctuation(text[start]):
        start += 1
    while start < end - 1 and _is_punctuation(text[end - 1]):
        end -= 1
    return Interval(start, end)


def _is_punctuation(character: str) -> bool:
    """Whether the normaliser drops it, even inside a word."""
    return tokens(f"x{character}x") == ["xx"]
