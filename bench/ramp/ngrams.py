"""A trigram model of words: a judge of hardness that is nothing like the scorer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from masksearch.text import tokens

_START = "<s>"


class Trigrams:
    """Trigrams with Witten and Bell's back-off (1991) down to a uniform vocabulary."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: list[Counter[tuple[str, ...]]] = [Counter(), Counter(), Counter()]
        self._follow: Counter[tuple[str, ...]] = Counter()
        self._total: Counter[tuple[str, ...]] = Counter()
        for text in texts:
            words = [_START, _START, *tokens(text)]
            for at in range(2, len(words)):
                for order in range(3):
                    self._take(tuple(words[at - order : at + 1]))
        self._vocabulary = len(self._counts[0]) + 1

    def _take(self, gram: tuple[str, ...]) -> None:
        counts = self._counts[len(gram) - 1]
        self._follow[gram[:-1]] += gram not in counts
        self._total[gram[:-1]] += 1
        counts[gram] += 1

    def surprisal(self, before: str, text: str) -> float:
        """Mean nats per word of a text after what stands before it."""
        words, history = tokens(text), [_START, _START, *tokens(before)]
        nats = 0.0
        for word in words:
            nats -= math.log(self._probability((history[-2], history[-1]), word))
            history.append(word)
        return nats / max(1, len(words))

    def _probability(self, history: Sequence[str], word: str) -> float:
        key = tuple(history)
        lower = self._probability(history[1:], word) if history else 1 / self._vocabulary
        seen, kinds = self._total[key], self._follow[key]
        if not seen:
            return lower
        return (self._counts[len(key)][(*key, word)] + kinds * lower) / (seen + kinds)
