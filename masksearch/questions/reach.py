"""What of some questions stands in a corpus at all: a scan of every passage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from masksearch.making import Making
from masksearch.parquet import read_shard
from masksearch.pool import ordered
from masksearch.questions.wanted import Wanted
from masksearch.schemas import Passage
from masksearch.scoring.evidence import title_key
from masksearch.text import normalise


class Reached(NamedTuple):
    """Titles that pages have, and answers that stand in a passage's title and text."""

    titles: frozenset[str]
    answers: frozenset[str]


def scan(passages: Path, wanted: Sequence[Wanted], making: Making) -> Reached:
    """Look through a folder of passages' shards; raises InputError, SchemaError."""
    sought = Reached(
        frozenset(title for one in wanted for title in one.titles),
        frozenset(text for one in wanted for part in one.parts for text in part),
    )
    shards = sorted(passages.glob("*.parquet"))
    titles, answers = set[str](), set[str]()
    found = ordered(partial(_scan_shard, sought=sought), shards, making.processes)
    for done, one in enumerate(found, 1):
        titles |= one.titles
        answers |= one.answers
        making.progress(done, len(shards))
    return Reached(frozenset(titles), frozenset(answers))


def _scan_shard(shard: Path, sought: Reached) -> Reached:
    return scan_passages(read_shard(shard, Passage), sought)


def scan_passages(passages: Iterable[Passage], sought: Reached) -> Reached:
    """Which of the titles and of the normalised answers stand in passages."""
    titles, answers = set[str](), set[str]()
    for passage in passages:
        titles.add(title_key(passage.title))
        tokens = normalise(f"{passage.title} {passage.text}").split()
        answers |= _standing(tokens, sought.answers)
    return Reached(sought.titles & titles, frozenset(answers))


def _standing(tokens: Sequence[str], answers: frozenset[str]) -> set[str]:
    lengths = _lengths(answers)
    return {
        text
        for at, token in enumerate(tokens)
        for length in lengths.get(token, ())
        if (text := " ".join(tokens[at : at + length])) in answers
    }


@cache
def _lengths(answers: frozenset[str]) -> dict[str, frozenset[int]]:
    """How many tokens the answers have that begin with a token."""
    found: dict[str, set[int]] = {}
    for answer in answers:
        words = answer.split()
        found.setdefault(words[0], set()).add(len(words))
    return {token: frozenset(lengths) for token, lengths in found.items()}
