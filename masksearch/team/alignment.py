"""Find what stands in a blank's place in a retrieved text, by the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from masksearch.schemas import Interval
from masksearch.sentences import is_ended, sentences
from masksearch.spans.words import stands_alone
from masksearch.team.blanks import Blank, Word, words

CONTEXT_WORDS = 6
"""Words on either side of a blank that a text is compared with."""
MAX_FILL_WORDS = 10
MIN_MATCHED_WORDS = 3
_EDGES = " \t\n.,;:()[]\"'“”„«»–—-"
_PAUSE = re.compile(r"[,;:.!?](?=\s|\Z)|[()\n。，；：！？]")


class Fill(NamedTuple):
    """A proposed fill, how many words of the context it was found between, and its quotation."""

    matched: int
    text: str
    quote: str = ""
    """A stretch of the text that it was found in, with the fill in brackets."""


class Gap(NamedTuple):
    """A blank to be filled."""

    blank: Blank
    before: str
    """The text before the blank, from the last blank on that is not filled."""
    lang: str = ""


def best_fill(gap: Gap, texts: Iterable[str]) -> Fill | None:
    """The best proposal from any of the texts; the earlier text wins a tie."""
    proposals = [fill for text in texts if (fill := find_fill(gap, text))]
    return max(proposals, key=lambda fill: fill.matched, default=None)


def find_fill(gap: Gap, text: str) -> Fill | None:
    """What stands between the blank's left and right words in `text`, if they do.

    Where a blank has no words on one side, the text's punctuation there is the border, or
    where a sentence begins or ends.
    """
    return _Text(gap, text).fill()


class _Place(NamedTuple):
    """A stretch between the words before a blank and those after it, by offsets and words."""

    start: int
    end: int
    before: int
    after: int


class _Text:
    """A text in which a blank's fill is looked for."""

    def __init__(self, gap: Gap, text: str) -> None:
        self._blank, self._before, self._lang = gap
        self._text, self._words = text, words(text)
        self._left = [word.text for word in words(gap.before)[-CONTEXT_WORDS:]]
        self._right = [word.text for word in words(gap.blank.after)[:CONTEXT_WORDS]]

    def fill(self) -> Fill | None:
        """The proposal with most matched words; the shorter one wins a tie."""
        found = [
            (place, fill) for place in self._gaps() if self._fits(fill := self._trimmed(place))
        ]
        if not found:
            return None
        place, (start, end) = max(
            found, key=lambda one: (one[0].before + one[0].after, one[1].start - one[1].end)
        )
        enough = max(1, min(MIN_MATCHED_WORDS, len(self._left) + len(self._right)))
        if place.before + place.after < enough:
            return None
        quote = self._quote(Interval(start, end))
        return Fill(place.before + place.after, self._text[start:end], quote)

    def _gaps(self) -> Iterator[_Place]:
        for start, before, first in self._starts():
            ends = self._matched_ends(first) if self._right else self._open_ends(start, before)
            yield from (_Place(start, end, before, after) for end, after in ends)

    def _starts(self) -> Iterator[tuple[int, int, int]]:
        """Where a gap may begin, the words matched before it, and the number of its first word."""
        if self._left:
            for first in range(1, len(self._words) + 1):
                near = self._words[max(0, first - CONTEXT_WORDS) : first]
                if before := _common(reversed(self._left), reversed(near)):
                    yield self._words[first - 1].end, before, first
            return
        mark = self._before.strip()
        if self._blank.number == 1:
            starts = [sentence.start for sentence in self._sentences]
            places = [start for start in starts if not self._text[start].islower()]
        else:
            places = [found.start() for found in re.finditer(re.escape(mark), self._text) if mark]
        for place in places:
            yield place, 0, sum(word.start < place for word in self._words)

    def _matched_ends(self, first: int) -> Iterator[tuple[int, int]]:
        """Where a gap ends whose right words match best, and how many do."""
        limit = min(first + MAX_FILL_WORDS, len(self._words))
        ends = [(_common(self._right, self._words[at:]), at) for at in range(first + 1, limit + 1)]
        after, at = max(ends, key=lambda end: end[0], default=(0, 0))
        if after:
            yield self._words[at].start, after

    def _open_ends(self, start: int, before: int) -> Iterator[tuple[int, int]]:
        """Where a gap ends without words behind it."""
        mark = self._blank.after.strip()
        if self._blank.later or len(mark) > 1:
            skipped = len(_separator(self._before, at_end=True))
            at = self._text.find(mark, start + skipped + 1) if mark else -1
            if at >= 0:
                yield at + len(mark), 0
            return
        end = next((one.end for one in self._sentences if one.end > start), 0)
        if before < CONTEXT_WORDS and (pause := _PAUSE.search(self._text, start + 1, end)):
            yield pause.end(), 0
        elif is_ended(self._text, end) or (end and not mark):
            yield end, 0

    @cached_property
    def _sentences(self) -> list[Interval]:
        return sentences(self._text, self._lang)

    def _trimmed(self, place: _Place) -> Interval:
        """The gap without the punctuation around the blank; without any at its edges, if that differs."""
        ahead = _separator(self._before, at_end=True).strip()
        behind = _separator(self._blank.after, at_end=False).strip()
        start, shown = place.start, self._text[place.start : place.end]
        bare = shown.strip()
        if bare.startswith(ahead) and bare.endswith(behind) and len(bare) > len(ahead + behind):
            start += len(shown) - len(shown.lstrip()) + len(ahead)
            shown = bare[len(ahead) : len(bare) - len(behind)]
            inner = shown.strip()
        else:
            inner = bare.strip(_EDGES)
        start += shown.find(inner)
        return Interval(start, start + len(inner))

    def _fits(self, fill: Interval) -> bool:
        """Whether it is made of a few whole words of one sentence."""
        shown = self._text[fill.start : fill.end]
        if not 0 < len(words(shown)) <= MAX_FILL_WORDS or not stands_alone(self._text, fill):
            return False
        return not any(fill.start < one.start < fill.end for one in self._sentences)

    def _quote(self, fill: Interval) -> str:
        """The fill amid the words around it that are in the blank's context as well."""
        right, wanted = words(self._blank.right), len(words(self._blank.left))
        left = words(self._before)[-wanted:] if wanted else []
        before = [word for word in self._words if word.end <= fill.start]
        after = [word for word in self._words if word.start >= fill.end]
        same = _common((word.text for word in reversed(left)), reversed(before))
        start = before[-same].start if same else fill.start
        same = _common((word.text for word in right), after)
        end = after[same - 1].end if same else fill.end
        if same == len(right):
            tail = self._blank.right[right[-1].end if right else 0 :].rstrip()
            end += len(tail) if self._text.startswith(tail, end) else 0
        text = self._text
        return f"{text[start : fill.start]}[{text[fill.start : fill.end]}]{text[fill.end : end]}"


def _separator(context: str, *, at_end: bool) -> str:
    """What stands between the blank and the nearest word of its context."""
    found = words(context)
    if not found:
        return context
    return context[found[-1].end :] if at_end else context[: found[0].start]


def _common(wanted: Iterable[str], found: Iterable[Word]) -> int:
    """How many words from the first on are the same."""
    pairs = zip(wanted, found, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1].text, pairs))
