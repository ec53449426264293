"""Find what stands in a blank's place in a retrieved text, by the words around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from masksearch.team.blanks import Blank, Word, words

CONTEXT_WORDS = 6
"""Words on either side of a blank that a text is compared with."""
MAX_FILL_WORDS = 10
MIN_MATCHED_WORDS = 3
_EDGES = " \t\n.,;:()[]\"'“”–—-"


class Fill(NamedTuple):
    """A proposed fill and how many words of the blank's context it was found between."""

    matched: int
    text: str


def best_fill(blank: Blank, texts: Iterable[str]) -> Fill | None:
    """The best proposal from any of the texts; the earlier text wins a tie."""
    proposals = [fill for text in texts if (fill := find_fill(blank, text))]
    return max(proposals, key=lambda fill: fill.matched, default=None)


def find_fill(blank: Blank, text: str) -> Fill | None:
    """What stands between the blank's left and right words in `text`, if they do."""
    left = [word.text for word in words(blank.before)[-CONTEXT_WORDS:]]
    right = [word.text for word in words(blank.after)[:CONTEXT_WORDS]]
    found = words(text)
    best: Fill | None = None
    for start in range(len(found) + 1):
        before = _common_suffix(left, found[:start])
        if left and not before:
            continue
        fill = _close(blank, text, found, start, before, right)
        best = _better(best, fill)
    enough = max(1, min(MIN_MATCHED_WORDS, len(left) + len(right)))
    return best if best and best.matched >= enough else None


def _better(best: Fill | None, fill: Fill | None) -> Fill | None:
    """More matched words win, then the shorter fill."""
    if best is None or fill is None:
        return best or fill
    return max(best, fill, key=lambda proposal: (proposal.matched, -len(proposal.text)))


def _close(
    blank: Blank, text: str, found: list[Word], start: int, before: int, right: list[str]
) -> Fill | None:
    """The fill that begins at word `start` and ends where the right words match best."""
    limit = min(start + MAX_FILL_WORDS, len(found))
    if not right:
        return _to_the_end(text, found, start, before)
    ends = [(_common_prefix(right, found[end:]), end) for end in range(start + 1, limit + 1)]
    after, end = max(ends, key=lambda pair: pair[0], default=(0, start))
    if not after:
        return None
    opened = found[start - 1].end if start else 0
    closed = found[end].start
    fill = _trimmed(blank, text[opened:closed])
    return Fill(before + after, fill) if fill else None


def _to_the_end(text: str, found: list[Word], start: int, before: int) -> Fill | None:
    """With nothing after the blank, the fill runs to the end of the clause."""
    if start >= len(found):
        return None
    rest = text[found[start].start :]
    clause = next((rest[:i] for i, c in enumerate(rest) if c in ".,;:()\n"), rest)
    fill = " ".join(clause.split()[:MAX_FILL_WORDS])
    return Fill(before, fill) if fill else None


def _trimmed(blank: Blank, gap: str) -> str:
    """The gap between the context words without the punctuation around the blank."""
    ahead = _separator(blank.before, at_end=True)
    behind = _separator(blank.after, at_end=False)
    if gap.startswith(ahead) and gap.endswith(behind):
        exact = gap[len(ahead) : len(gap) - len(behind)]
        return " ".join(exact.split())
    return " ".join(gap.strip(_EDGES).split())


def _separator(context: str, *, at_end: bool) -> str:
    found = words(context)
    if not found:
        return context
    return context[found[-1].end :] if at_end else context[: found[0].start]


def _common_suffix(left: Sequence[str], found: Sequence[Word]) -> int:
    count = 0
    while count < min(len(left), len(found)) and left[-1 - count] == found[-1 - count].text:
        count += 1
    return count


def _common_prefix(right: Sequence[str], found: Sequence[Word]) -> int:
    count = 0
    while count < min(len(right), len(found)) and right[count] == found[count].text:
        count += 1
    return count
