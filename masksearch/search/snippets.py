"""The part of a passage that is shown as a hit: where the query's words stand together."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from masksearch.characters import plain
from masksearch.schemas import Interval
from masksearch.sentences import CLOSING, sentences
from masksearch.text import CJK

_WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
_LETTERS = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
_PAIR_WEIGHT = 2.0
_COMMON_WEIGHT = 0.1
_PAUSES = (",", ";", ":", "，", "；", "：", "،", "؛", "、", "—", "–")
COMMON_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "she",
        "that",
        "the",
        "their",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "were",
        "which",
        "who",
        "will",
        "with",
    ]
)

Feature = str | tuple[str, str]


class _Window(NamedTuple):
    first: int
    last: int


class _Room(NamedTuple):
    """How much a window may hold."""

    chars: int
    words: int

    def holds(self, words: Sequence[Interval], first: int, last: int) -> bool:
        """Whether the words from `first` to `last` fit."""
        return last - first < self.words and words[last].end - words[first].start <= self.chars


def snippet(text: str, query: str, max_chars: int, max_words: int | None = None) -> str:
    """The stretch of whole words of `text` that best covers `query`, if it can of whole sentences.

    It has at most `max_chars` code points and `max_words` words, where a character of
    Chinese or Japanese is a word, and is a substring of `text`. Distinct query words count
    once; two that follow each other as in the query count more, since queries quote the
    words around what they look for. Linear in the length of the text.
    """
    if len(text) <= min(max_chars, max_words or max_chars):
        return text
    words = [Interval(*match.span()) for match in _WORD.finditer(text)]
    room = _Room(max_chars, max_words or len(words))
    if len(text) <= max_chars and len(words) <= room.words:
        return text
    if not words:
        return text[:max_chars]
    features = _features(text, words, *_wanted(query))
    core = _tightened(_best(words, features, room), features)
    window = _widened(_Words(text, words, room), core)
    start = words[window.first].start
    return text[start : min(words[window.last].end, start + max_chars)]


def cut_words(text: str, count: int) -> str:
    """The first `count` words, as `snippet` counts them."""
    end = 0
    for match in islice(_WORD.finditer(text), count):
        end = match.end()
    return text[:end]


def query_words(text: str, query: str) -> list[Interval]:
    """Where words of `query` stand in `text`, common ones left out."""
    wanted = _wanted(query)[0] - COMMON_WORDS
    found = _LETTERS.finditer(text)
    return [Interval(*match.span()) for match in found if plain(match[0]) in wanted]


@lru_cache(maxsize=64)
def _wanted(query: str) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    asked = _LETTERS.findall(plain(query))
    return frozenset(asked), frozenset(pairwise(asked))


def _features(
    text: str,
    words: Sequence[Interval],
    terms: frozenset[str],
    pairs: frozenset[tuple[str, str]],
) -> list[list[Feature]]:
    """What each word brings: query words, and pairs of them that end in it."""
    found: list[list[Feature]] = []
    previous, form = "", str.lower if text.isascii() else plain
    for start, end in words:
        here: list[Feature] = []
        for letters in _LETTERS.findall(form(text[start:end])):
            if letters in terms:
                here.append(letters)
            if (previous, letters) in pairs:
                here.append((previous, letters))
            previous = letters
        found.append(here)
    return found


def _weight(feature: Feature) -> float:
    if isinstance(feature, tuple):
        return _PAIR_WEIGHT * max(map(_weight, feature))
    return _COMMON_WEIGHT if feature in COMMON_WORDS else 1.0


def _best(words: Sequence[Interval], features: Sequence[list[Feature]], room: _Room) -> _Window:
    """The first of the windows that fit with the greatest weight of distinct features."""
    counts: Counter[Feature] = Counter()
    score, best_score, first, best = 0.0, -1.0, 0, _Window(0, 0)
    for last in range(len(words)):
        for feature in features[last]:
            score += 0.0 if counts[feature] else _weight(feature)
            counts[feature] += 1
        while first < last and not room.holds(words, first, last):
            for feature in features[first]:
                counts[feature] -= 1
                score -= 0.0 if counts[feature] else _weight(feature)
            first += 1
        if score > best_score + 1e-9:
            best, best_score = _Window(first, last), score
    return best


def _tightened(window: _Window, features: Sequence[list[Feature]]) -> _Window:
    """The window without the words at its ends that bring nothing of their own."""
    first, last = window
    counts = Counter(f for here in features[first : last + 1] for f in here)

    def dispensable(word: int) -> bool:
        own = Counter(features[word])
        return first < last and all(counts[feature] > n for feature, n in own.items())

    while dispensable(first):
        counts.subtract(features[first])
        first += 1
    while dispensable(last):
        counts.subtract(features[last])
        last -= 1
    return _Window(first, last)


class _Words(NamedTuple):
    """The words of a text, and how much of it may be shown."""

    text: str
    all: Sequence[Interval]
    room: _Room

    def hold(self, window: _Window) -> bool:
        """Whether a window may be shown."""
        return self.room.holds(self.all, *window)

    def ends_clause(self, word: int) -> bool:
        """Whether a comma or the like stands behind a word."""
        return self.text[slice(*self.all[word])].rstrip(CLOSING).endswith(_PAUSES)

    def sentences_near(self, core: _Window) -> list[_Window]:
        """The sentences around a window, as far as any of their words can be shown."""
        low = max(0, self.all[core.first].start - self.room.chars)
        found = sentences(self.text[low : self.all[core.last].end + self.room.chars])
        return [self._of(low + start, low + end) for start, end in found]

    def _of(self, start: int, end: int) -> _Window:
        """The words that reach into a stretch of the text."""
        first = bisect_right(self.all, start, key=lambda word: word.end)
        return _Window(first, bisect_left(self.all, end, key=lambda word: word.start) - 1)


def _widened(words: _Words, core: _Window) -> _Window:
    """The core with what fits around it: sentences, else clauses of its own, else their words."""
    near = words.sentences_near(core)
    befores = [one.first for one in reversed(near) if one.first <= core.first]
    afters = [one.last for one in near if one.last >= core.last]
    own = _Window(befores[0], afters[0])
    if words.hold(own):
        return _grown(words, own, befores, afters)
    befores = list(range(core.first, own.first - 1, -1))
    afters = list(range(core.last, own.last + 1))
    clauses = (
        [word for word in befores if word == own.first or words.ends_clause(word - 1)],
        [word for word in afters if word == own.last or words.ends_clause(word)],
    )
    clause = _Window(clauses[0][0], clauses[1][0])
    if words.hold(clause):
        return _grown(words, clause, *clauses)
    return _grown(words, core, befores, afters)


def _grown(
    words: _Words, window: _Window, befores: Sequence[int], afters: Sequence[int]
) -> _Window:
    """The window moved on to further beginnings and ends, in turn, while it can be shown."""
    further = {"first": deque(befores[1:]), "last": deque(afters[1:])}
    grown = True
    while grown:
        grown = False
        for side, steps in further.items():
            if steps and words.hold(wider := window._replace(**{side: steps[0]})):
                window, grown = wider, True
                steps.popleft()
    return window
