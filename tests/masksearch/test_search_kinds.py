"""A kind of index and an engine of one's own: what the seams promise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from manifests import edit_manifest
from some_passages import passage, run_with

from masksearch.config import SearchConfig, Section
from masksearch.errors import ConfigError, InputError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.schemas import Guard, Hit, Passage
from masksearch.search import engines
from masksearch.search.access import Access
from masksearch.search.analysis import AS_IT_STANDS, VERSION
from masksearch.search.backends.engine import QueryEngine
from masksearch.search.factory import SearchFactory
from masksearch.search.index import build_index, built_index
from masksearch.search.kinds.kind import IndexKind
from masksearch.search.retriever import LocalSearch
from masksearch.stages import INDEX

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class LetterCounts:
    """An encoder that needs no model: how often each letter stands in a text."""

    name, dimension = "letters", len(LETTERS)

    def encode(self, texts: Sequence[str], *, is_query: bool) -> list[list[float]]:
        return [[float(text.lower().count(letter)) for letter in LETTERS] for text in texts]


class VectorSettings(Section):
    kind: str = "letters"
    encoder: str


class Vectors(LocalSearch):
    name = "letters"

    def __init__(self, rows: list[dict], encoder: LetterCounts, corpus_hash: str) -> None:
        self._rows, self._encoder, self.corpus_hash = rows, encoder, corpus_hash

    @property
    def num_passages(self) -> int:
        return len(self._rows)

    def ranked(self, query: str, top_k: int) -> list[Hit]:
        [wanted] = self._encoder.encode([query], is_query=True)
        hits = [
            Hit(
                id=row["id"],
                title=row["title"],
                text=row["text"],
                score=sum(a * b for a, b in zip(wanted, row["vector"], strict=True)),
            )
            for row in self._rows
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:top_k]


class LetterIndex(IndexKind):
    name, folder = "letters", "letters"

    def settings(self) -> VectorSettings:
        return VectorSettings(encoder=self.encoder.name)

    def write(self, folder, passages: Iterable[Passage], total=None, progress=None) -> int:
        found = list(passages)
        vectors = self.encoder.encode([one.text for one in found], is_query=False)
        folder.mkdir(parents=True)
        rows = [
            {"id": one.id, "title": one.title, "text": one.text, "vector": vector}
            for one, vector in zip(found, vectors, strict=True)
        ]
        (folder / "rows.json").write_text(json.dumps(rows))
        return len(rows)

    def open(self, folder: Path, corpus_hash: str) -> Vectors:
        rows = json.loads((folder / "rows.json").read_text())
        return Vectors(rows, self.encoder, corpus_hash)


class Scheduled(QueryEngine):
    """Finds less the further a training is."""

    name = "scheduled"

    def __init__(self, progress) -> None:
        self._progress = progress

    @classmethod
    def opened(cls, access: Access) -> Scheduled:
        return cls(access.progress)

    async def _find(self, query: str, top_k: int) -> list[Hit]:
        left = round(top_k * (1 - self._progress()))
        return [Hit(id=str(n), title="t", text=f"hit {n}", score=1.0) for n in range(left)]


@pytest.fixture
def letters(monkeypatch):
    monkeypatch.setitem(engines.INDEX_KINDS, "letters", f"{__name__}.LetterIndex")


@pytest.fixture
def run(tmp_path):
    return run_with(tmp_path / "run", [passage("a", "zebra zoo"), passage("b", "apple pie")])


async def test_another_kind_of_index_is_built_and_searched(run, letters):
    encoder = LetterCounts()
    build_index(run, kind=engines.index_kind("letters", encoder))
    config = SearchConfig(backend="letters")
    search = SearchFactory(run, encoder=encoder).open(config)
    [hits] = await search.search(["zzz"], top_k=1)
    assert hits[0].text == "zebra zoo"
    assert search.fingerprint(top_k=1, guard=Guard.NONE).engine == "letters"


def test_an_index_of_another_kind_than_the_recipes_is_refused_with_the_command(run, letters):
    build_index(run)
    with pytest.raises(InputError, match=r"is of the kind bm25: run `.*--kind letters"):
        SearchFactory(run, encoder=LetterCounts()).open(SearchConfig(backend="letters"))


def test_a_kind_that_needs_an_encoder_says_so(run, letters):
    with pytest.raises(ConfigError, match="letters needs an encoder"):
        build_index(run, kind=engines.index_kind("letters"))
    build_index(run, Making(IfExists.RESUME))


async def test_an_engine_can_follow_the_progress_of_a_training(run, monkeypatch):
    monkeypatch.setitem(engines.ENGINES, "scheduled", f"{__name__}.Scheduled")
    done = [0.0]
    config = SearchConfig(backend="scheduled", calls={"cache_days": 0})
    search = SearchFactory(run, progress=lambda: done[0]).open(config)
    assert len((await search.search(["q"], top_k=4))[0]) == 4
    done[0] = 0.5
    assert len((await search.search(["q"], top_k=4))[0]) == 2


def test_an_engine_that_is_not_there_is_named_with_those_that_are(run):
    with pytest.raises(ConfigError, match="no search backend 'altavista': there are bm25, tavily"):
        SearchFactory(run).open(SearchConfig(backend="altavista"))


def test_what_an_index_was_made_with_is_what_its_manifest_says(run):
    build_index(run)
    old = {"engine": "tantivy of old", "analysis": VERSION}
    edit_manifest(run.own(INDEX), lambda raw: raw.update(settings=old))
    assert built_index(run).settings == {"kind": "bm25", **old}


def test_an_index_that_took_characters_as_they_stand_is_searched_as_it_was_made(run):
    build_index(run)
    stage = run.own(INDEX)
    edit_manifest(stage, lambda raw: raw["settings"].update(analysis=AS_IT_STANDS))
    (stage.folder / "tantivy" / "analysis").unlink()
    build_index(run)
    assert built_index(run).open().parameters["analysis"] == AS_IT_STANDS
    stage.note(layout=1)
    build_index(run)
    assert built_index(run).open().parameters["analysis"] == AS_IT_STANDS
    build_index(run, Making(IfExists.RESTART))
    assert built_index(run).open().parameters["analysis"] == VERSION


def test_a_kind_of_index_is_no_engine_outside_this_process(run):
    with pytest.raises(ConfigError, match="no search engine 'bm25': there are tavily"):
        SearchFactory(run).open_without_run(SearchConfig(backend="bm25"))
