"""Whether the answer stands in the first ten hits: one configuration for every set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.search.data import (
    CHINESE,
    ENGLISH,
    Question,
    corpus,
    data_folder,
    questions,
    union,
)
from masksearch.schemas import Passage
from masksearch.search.bm25 import TantivySearch
from masksearch.text import normalise

TOP_K = 10
LEAST = {"hotpotqa": 0.84, "2wiki": 0.59, "musique": 0.42, "freshqa": 0.40, "bamboogle": 0.30}
LEAST_MEAN, LEAST_CHINESE = 0.53, 0.99


def measure(place: Place) -> Iterator[Result]:
    """Each set on its own corpus, then all on the union."""
    data = data_folder(place)
    rates = {}
    for name, own in (ENGLISH | CHINESE).items():
        asked = questions(data, name)
        rates[name] = rate(corpus(data, own), asked)
        least = LEAST.get(name, LEAST_CHINESE)
        measured = f"{rates[name]:.3f} of {len(asked)}"
        yield Result(_bar(name), measured, rates[name] >= least)
    mean = fmean(rates[name] for name in ENGLISH)
    yield Result("answers mean", f"{mean:.4f} over the five English sets", mean >= LEAST_MEAN)
    _say_union(data)


def rate(passages: Sequence[Passage], asked: Sequence[Question]) -> float:
    """The share of questions whose answer stands in a hit's title and text."""
    search = TantivySearch.of_passages(passages)
    return _rate(search, {p.id: normalise(f"{p.title} {p.text}") for p in passages}, asked)


def _rate(search: TantivySearch, texts: dict[str, str], asked: Sequence[Question]) -> float:
    return fmean(
        any(question.is_in(texts[hit.id]) for hit in search.ranked(question.text, TOP_K))
        for question in asked
    )


def _say_union(data: Path) -> None:
    passages = union(data)
    search = TantivySearch.of_passages(passages)
    texts = {p.id: normalise(f"{p.title} {p.text}") for p in passages}
    rates = {name: _rate(search, texts, questions(data, name)) for name in ENGLISH}
    measured = ", ".join(f"{name} {rate:.3f}" for name, rate in rates.items())
    say(f"on the union of {len(passages):,}: {measured}; mean {fmean(rates.values()):.4f}")


def _bar(name: str) -> str:
    return f"answers {name}"


GROUP = Group(
    "answers",
    (
        *(Bar(_bar(name), f"≥ {least:.2f} in the top {TOP_K}") for name, least in LEAST.items()),
        *(Bar(_bar(name), f"≥ {LEAST_CHINESE} in the top {TOP_K}") for name in CHINESE),
        Bar("answers mean", f"≥ {LEAST_MEAN}"),
    ),
    measure,
    minutes=3,
)
