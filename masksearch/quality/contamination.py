"""Benchmarks kept out of the training data: passages that repeat a question are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from masksearch.corpus.jsonl import read_objects
from masksearch.errors import InputError
from masksearch.spans.words import is_cjk
from masksearch.text import tokens

SHORTEST = 4
"""Words of a question that may stand for a whole one shorter than the overlap."""
_CHARACTERS_PER_WORD = 2
"""How many Chinese characters tell as much as a word."""


class Questions:
    """The questions of benchmarks, by the runs of words that give them away."""

    def __init__(self, texts: Iterable[str], overlap: int) -> None:
        self._overlap = overlap
        self._runs: dict[int, set[str]] = {}
        for text in texts:
            words = tokens(text)
            size = min(len(words), self._size(words))
            if len(words) >= SHORTEST:
                self._runs.setdefault(size, set()).update(_runs(words, size))

    def shared(self, text: str) -> str:
        """A run of words that a text shares with a question; empty when there is none."""
        words = tokens(text)
        for size, known in self._runs.items():
            if found := next((run for run in _runs(words, size) if run in known), ""):
                return found
        return ""

    def _size(self, words: list[str]) -> int:
        characters = sum(map(is_cjk, words))
        return self._overlap * (_CHARACTERS_PER_WORD if 2 * characters > len(words) else 1)


@cache
def read_questions(paths: tuple[str, ...], overlap: int) -> Questions:
    """The questions of JSONL files (`.gz` too), once in a process; raises InputError.

    A line's text is its `question`, or the text of the prompt of one of our own tasks.
    """
    return Questions((text for path in paths for text in _texts(Path(path))), overlap)


def _runs(words: list[str], size: int) -> Iterator[str]:
    return (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))


def _texts(path: Path) -> Iterator[str]:
    for number, row in read_objects(path):
        prompt = row.get("prompt")
        text = row.get("question") or (prompt.get("text") if isinstance(prompt, dict) else None)
        if not isinstance(text, str):
            raise InputError(f"{path}, line {number}: no field `question`")
        yield text
