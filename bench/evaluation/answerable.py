"""Which questions can be answered: as `make bench-search` prints it, and by a scan of its own."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.evaluation.imports import question_file, question_rows
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect
from bench.search.answers import TOP_K, rate
from bench.search.data import CHINESE, ENGLISH, corpus, data_folder, questions, union
from masksearch.schemas import Passage

_WHOLE = ("--set", "corpus.min_chars=1", "--set", "corpus.max_chars=1000000")
_UNION = (
    "hotpotqa",
    "2wiki",
    "musique",
    "freshqa_wiki",
    "bamboogle_nq",
    "wiki_vital",
    "nq_popqa_psirag",
)
_ON_UNION = (*ENGLISH, "fanoutqa")


def measure(place: Place) -> Iterator[Result]:
    """Each set on its own corpus, then the English ones on the union."""
    data = data_folder(place)
    for name, own in (ENGLISH | CHINESE).items():
        yield from _compared(place, name, name, [own], corpus(data, own))
    passages = union(data)
    for name in _ON_UNION:
        yield from _compared(place, name, f"{name} on the union", _UNION, passages)


def _compared(
    place: Place, name: str, label: str, corpora: Sequence[str], passages: Sequence[Passage]
) -> Iterator[Result]:
    shares = _measured(place, name, corpora)
    if name != "fanoutqa":  # which bench-search does not ask
        asked = questions(data_folder(place), name)
        expected = round(rate(passages, asked) * len(asked))
        yes, of = _summed(shares, "answer_in_top")
        measured = f"{yes} of {of}, bench-search {expected} of {len(asked)}"
        yield Result(f"answers: {label}", measured, (yes, of) == (expected, len(asked)))
    if wanted := [
        titles for row in question_rows(place, name) if (titles := row.get("supporting_titles"))
    ]:
        there = {_key(one.title) for one in passages}
        expected = sum(all(_key(title) in there for title in titles) for titles in wanted)
        yes, of = _summed(shares, "titles_in_corpus")
        measured = f"{yes} of {of}, a scan {expected} of {len(wanted)}"
        yield Result(f"titles: {label}", measured, (yes, of) == (expected, len(wanted)))


def _measured(place: Place, name: str, corpora: Sequence[str]) -> Mapping[str, Any]:
    """By split what the command measures, on a run that several sets may share."""
    folder, run = place.work / "answerable", "-".join(corpora)[:40]
    folder.mkdir(exist_ok=True)

    def command(*arguments: str | Path) -> str:
        return expect(place.masksearch(*arguments, "--run", run, cwd=folder), arguments[0]).out

    if not (folder / run).exists():
        files = [place.data_file(f"corpora/{one}.jsonl.gz") for one in corpora]
        command("corpus", "build", *files, *_WHOLE)
        command("index", "build")
    command("questions", "import", name, question_file(place, name))
    found = command("questions", "answerable", name, "--top-k", str(TOP_K), "--json")
    return {split: of["shares"] for split, of in json.loads(found)["splits"].items()}


def _summed(shares: Mapping[str, Any], what: str) -> tuple[int, int]:
    of_splits = [by[what] for by in shares.values()]
    return sum(one["yes"] for one in of_splits), sum(one["of"] for one in of_splits)


def _key(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).replace("_", " ").casefold().split())


_LABELS = (*ENGLISH, *CHINESE, *(f"{name} on the union" for name in _ON_UNION))

GROUP = Group(
    "answerable",
    tuple(
        Bar(f"{what}: {label}", wanted)
        for label in _LABELS
        for what, wanted in (("answers", "as bench-search prints it"), ("titles", "as a scan"))
        if not (what == "answers" and "fanoutqa" in label)
        and not (what == "titles" and "bamboogle" in label)
    ),
    measure,
    minutes=5,
)
