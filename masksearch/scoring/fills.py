"""From an answer to one fill per blank, so that visible text can earn nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from masksearch.characters import plain, visible
from masksearch.schemas import MASK, AnswerStyle, Prompt, TaskKind
from masksearch.text import CJK, tokens

MAX_FILL_TOKENS = 12

_PIECE = re.compile(rf"{re.escape(MASK)}|[{CJK}]|[^\W{CJK}]+|[^\w\s]")
_LONGEST_ANSWER = 4
"""How many times the masked text's length an answer is read."""


def fills(prompt: Prompt, answer: str) -> list[str]:
    """The fills of an answer, in order.

    Style `blanks`: its lines that are not empty, however many there are. Style `passage`:
    one per blank, "" where the text around the blank is not found in the answer or the
    mask was left standing. A question has its whole answer as one fill.
    """
    if prompt.kind is TaskKind.QUESTION:
        return [answer.strip()] if answer.strip() else []
    if prompt.style is AnswerStyle.BLANKS:
        return [line.strip() for line in answer.splitlines() if line.strip()]
    return passage_fills(prompt.text, answer)


def fill_per_blank(prompt: Prompt, answer: str) -> list[str]:
    """Exactly one fill per blank, each cut; "" for what is missing, without what is too much.

    The answer to a question is whole: benchmarks score it so, and one with parts is long.
    """
    given = fills(prompt, answer)[: prompt.num_answers]
    if prompt.kind is not TaskKind.QUESTION:
        given = [cut_fill(fill) for fill in given]
    return given + [""] * (prompt.num_answers - len(given))


def cut_fill(fill: str) -> str:
    """The first 12 tokens of a fill, so that pasting a whole hit earns nothing."""
    kept = tokens(fill)
    return fill if len(kept) <= MAX_FILL_TOKENS else " ".join(kept[:MAX_FILL_TOKENS])


def passage_fills(masked: str, answer: str) -> list[str]:
    """What stands in `answer` in the place of each mask of `masked`.

    The visible segments are looked for word for word; where one is missing, the tokens of
    both texts are aligned.
    """
    masked, answer = visible(masked), visible(answer)
    segments = [_spaced(segment) for segment in masked.split(MASK)]
    found = _exact(segments, _spaced(answer)) or _aligned(masked, answer)
    return ["" if fill == MASK else fill for fill in map(str.strip, found)]


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _exact(segments: Sequence[str], answer: str) -> list[str]:
    """The text between the segments; empty when one of them does not stand in its place."""
    first, *between, last = [segments[0].lstrip(), *segments[1:-1], segments[-1].rstrip()]
    at = answer.find(first)
    end = len(answer.rstrip()) - len(last)
    if at < 0 or not answer.rstrip().endswith(last):
        return []
    found, cursor = [], at + len(first)
    for segment in between:
        at = answer.find(segment, cursor, end)
        if at < 0:
            return []
        found.append(answer[cursor:at])
        cursor = at + len(segment)
    return [*found, answer[cursor:end]] if cursor <= end else []


def _aligned(masked: str, answer: str) -> list[str]:
    """The answer's pieces between the aligned pieces around each mask.

    A blank needs a neighbour that is aligned; a stretch that several masks without any
    aligned text between them would share belongs to none. A copy of the visible text
    alone fills nothing.
    """
    seen = _PIECE.findall(masked)
    spots = [match.span() for match in _PIECE.finditer(answer[: _LONGEST_ANSWER * len(masked)])]
    said = [answer[start:end] for start, end in spots]
    place = _placed([_folded(piece) for piece in seen], [plain(piece) for piece in said])
    blanks = [at for at, piece in enumerate(seen) if piece == MASK]
    if said == [piece for piece in seen if piece != MASK]:
        return [""] * len(blanks)
    return [_between(answer, spots, place, seen, at) for at in blanks]


def _folded(piece: str) -> str:
    return "" if piece == MASK else plain(piece)


def _placed(seen: list[str], said: list[str]) -> dict[int, int]:
    """Where each visible piece stands in the answer; both ends count as aligned."""
    blocks = SequenceMatcher(None, seen, said, autojunk=False).get_matching_blocks()
    place = {block.a + n: block.b + n for block in blocks for n in range(block.size)}
    return place | {-1: -1, len(seen): len(said)}


def _between(
    answer: str,
    spots: Sequence[tuple[int, int]],
    place: dict[int, int],
    seen: Sequence[str],
    at: int,
) -> str:
    beside = {at - 1, at + 1} & place.keys()
    if not beside & set(range(len(seen))) and len(seen) > 1:
        return ""
    left = max(spot for spot in place if spot < at)
    right = min(spot for spot in place if spot > at)
    if MASK in (*seen[left + 1 : at], *seen[at + 1 : right]):
        return ""
    inside = spots[place[left] + 1 : place[right]]
    return answer[inside[0][0] : inside[-1][1]] if inside else ""
