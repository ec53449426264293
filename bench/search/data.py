"""The data folder: corpora, questions, and whether a hit answers one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.harness.bar import Unmeasured
from bench.harness.place import Place
from masksearch.schemas import Passage
from masksearch.text import normalise

# A set of questions and the corpus that it is asked of.
ENGLISH = {
    "hotpotqa": "hotpotqa",
    "2wiki": "2wiki",
    "musique": "musique",
    "freshqa": "freshqa_wiki",
    "bamboogle": "bamboogle_nq",
}
CHINESE = {"cmrc2018_zh": "cmrc2018_zh"}
_MORE = ("wiki_vital", "nq_popqa_psirag")
_UNANSWERED = ("yes", "no")


class Question(NamedTuple):
    """A question and its normalised answers, any of which is right."""

    text: str
    answers: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        """Whether an answer stands in a normalised text as whole tokens."""
        return any(f" {answer} " in f" {text} " for answer in self.answers)


def data_folder(place: Place) -> Path:
    """The folder that was given; raises Unmeasured."""
    if place.data is None or not (place.data / "corpora").is_dir():
        raise Unmeasured("no data folder with corpora/ and questions/: give DATA=DIR")
    return place.data


def corpus(data: Path, name: str) -> list[Passage]:
    """A corpus as passages."""
    return [_passage(name, raw) for raw in _lines(data / "corpora" / f"{name}.jsonl.gz")]


def union(data: Path) -> list[Passage]:
    """All English corpora together."""
    return [passage for name in (*ENGLISH.values(), *_MORE) for passage in corpus(data, name)]


def questions(data: Path, name: str) -> list[Question]:
    """A set's questions; those answered by yes or no are left out."""
    found = []
    for raw in _lines(data / "questions" / f"{name}.jsonl.gz"):
        answers = tuple(filter(None, map(normalise, raw["answers"])))
        if answers and not set(answers) & set(_UNANSWERED):
            found.append(Question(raw["question"], answers))
    return found


def all_questions(data: Path) -> list[Question]:
    """The questions of all English sets."""
    return [question for name in ENGLISH for question in questions(data, name)]


def _passage(corpus: str, raw: dict[str, Any]) -> Passage:
    id, text = f"{corpus}:{raw['id']}#0", raw["text"]
    return Passage(
        id=id,
        document_id=f"{corpus}:{raw['id']}",
        title=raw["title"],
        section="",
        text=text,
        start=0,
        end=len(text),
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)
    except OSError as error:
        raise Unmeasured(f"cannot read {path}: {error}") from error
