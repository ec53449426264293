import bz2
import gzip
import json
import shutil
from contextlib import suppress
from itertools import pairwise
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from masksearch.config import CorpusConfig
from masksearch.corpus import build, dump_file, files, making, mediawiki
from masksearch.corpus.build import build_corpus, files_of, open_source
from masksearch.corpus.source import Article
from masksearch.errors import InputError, StaleError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.parquet import read_shards
from masksearch.run_folder import RunFolder
from masksearch.schemas import Document, Passage
from masksearch.shards import listed_shards
from masksearch.stages import DOCUMENTS, PASSAGES

SENTENCE = "The [[harbour]] of town {n} was built in [[Year {n}|the year {n}]] by local hands. "
ONE = CorpusConfig(min_chars=20)


def page(number, wikitext, *, namespace=0, redirect=""):
    moved = f'<redirect title="{redirect}" />' if redirect else ""
    return (
        f"<page><title>Town {number}</title><ns>{namespace}</ns><id>{number}</id>{moved}"
        f"<revision><id>{number}00</id><timestamp>2016-04-22T10:19:33Z</timestamp>"
        f"<text>{escape(wikitext)}</text></revision></page>"
    )


def dump_text(pages, dbname="<dbname>enwiki</dbname>"):
    return (
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/"><siteinfo>'
        f"<sitename>Wikipedia</sitename>{dbname}<base>https://en.wikipedia.org/wiki/Main_Page</base>"
        '<namespaces><namespace key="0" /><namespace key="6">File</namespace>'
        '<namespace key="14">Kategorie</namespace></namespaces></siteinfo>'
        f"{''.join(pages)}</mediawiki>"
    )


def towns(count):
    body = "== History ==\n" + SENTENCE * 3 + "\n\nshort\n\n" + SENTENCE * 2
    return [page(n, "Lead.\n" + body.format(n=n)) for n in range(1, count + 1)]


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "towns.xml"
    path.write_text(dump_text(towns(6)), encoding="utf-8")
    return path


def documents_of(path, config):
    source = open_source(files_of(path), config)
    found = (one for part in source.parts() for one in source.read(part))
    return [one.document for one in found if isinstance(one, Article)]


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path / "run")


@pytest.mark.parametrize("suffix", [".xml", ".xml.bz2", ".bz2", ".xml.gz", ".xml.zst"])
def test_a_dump_gives_documents_with_their_origin(tmp_path, suffix):
    path = tmp_path / f"towns{suffix}"
    packed = {"2": bz2.compress, "z": gzip.compress, "t": zstandard.compress}.get(suffix[-1], bytes)
    other = [page(8, "x", namespace=1), page(9, "#REDIRECT [[A]]"), page(7, "y", redirect="A")]
    text = dump_text([*other, page(1, "Über [[Kategorie:X]]''alles''"), page(2, "")])
    path.write_bytes(packed(text.encode()))
    (document,) = documents_of(path, CorpusConfig())
    assert document == Document(
        id="enwiki:1:100",
        title="Town 1",
        text="Über alles",
        corpus="enwiki",
        url="https://en.wikipedia.org/wiki/Town_1",
        page_id="1",
        revision="100",
        timestamp="2016-04-22T10:19:33Z",
        licence="CC BY-SA",
    )


def test_a_dump_without_a_name_takes_the_recipes(tmp_path):
    path = tmp_path / "x.xml"
    path.write_text(dump_text([page(1, "text")], dbname=""))
    (document,) = documents_of(path, CorpusConfig(name="mine", lang="de"))
    assert (document.id, document.lang) == ("mine:1:100", "de")


def test_passages_are_exact_slices_with_section_and_shifted_links(run, dump):
    counts = build_corpus(run, ONE, dump)
    documents = {d.id: d for d in read_shards(run.path / DOCUMENTS, Document)}
    passages = list(read_shards(run.path / PASSAGES, Passage))
    assert counts == {"documents": 6, "passages": 12} and len(passages) == 12
    assert [p.id for p in passages[:2]] == ["enwiki:1:100#1", "enwiki:1:100#3"]
    for passage in passages:
        assert documents[passage.document_id].text[passage.start : passage.end] == passage.text
        assert passage.section == "History"
        shown = {passage.text[link.start : link.end] for link in passage.links}
        assert shown == {"harbour", f"the year {passage.title.split()[1]}"}
    manifest = run.stage(PASSAGES).counts
    assert manifest.rejected == {"too short": 12} and manifest.corpus_hash


def test_left_over_markup_is_refused_in_a_dump_but_not_in_plain_text(tmp_path, run):
    path = tmp_path / "x.xml"
    path.write_text(
        dump_text([page(1, "a sound paragraph of text\n\nan open {{template and more")])
    )
    build_corpus(run, ONE, path)
    assert run.stage(PASSAGES).counts.rejected == {"markup": 1}
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"id": 1, "title": "t", "text": "the | operator of a shell"}) + "\n")
    assert build_corpus(RunFolder(tmp_path / "b"), ONE, path)["passages"] == 1


class Killed(BaseException):
    pass


def contents(run):
    return {
        path.relative_to(run.path): path.read_bytes()
        for name in (DOCUMENTS, PASSAGES)
        for path in sorted((run.path / name).iterdir())
    }


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(dump_file, "PART_BYTES", 900)
    monkeypatch.setattr(dump_file, "_BLOCK", 400)


@pytest.mark.parametrize("at", range(1, 7))
def test_a_killed_build_goes_on_to_the_same_bytes(tmp_path, dump, small_parts, monkeypatch, at):
    whole, cut = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "cut")
    build_corpus(whole, ONE, dump)
    calls = 0

    def kill(done, total, note=""):
        nonlocal calls
        calls += 1
        if calls == at:
            raise Killed

    with suppress(Killed):
        build_corpus(cut, ONE, dump, Making(progress=kill))
    made = []
    make = making.make_shard
    monkeypatch.setattr(
        build, "make_shard", lambda *parts, **most: made.append(1) or make(*parts, **most)
    )
    build_corpus(cut, ONE, dump)
    assert contents(cut) == contents(whole)
    assert len(listed_shards(cut.path / DOCUMENTS)) == 5
    assert len(made) == 5 - min(at, 5)


def in_streams(text):
    cuts = [*range(0, len(text), 700), len(text)]
    return b"".join(bz2.compress(text[a:b]) for a, b in pairwise(cuts))


@pytest.mark.parametrize("packed", [bytes, gzip.compress, in_streams])
def test_the_number_of_processes_changes_no_byte(tmp_path, small_parts, packed):
    data = packed(dump_text(towns(6)).encode())
    suffix = {b"BZ": ".bz2", b"\x1f\x8b": ".gz"}.get(data[:2], ".xml")
    path = tmp_path / f"towns{suffix}"
    path.write_bytes(data)
    one, two = RunFolder(tmp_path / "one"), RunFolder(tmp_path / "two")
    counts = build_corpus(one, ONE, path)
    assert (
        counts
        == {"documents": 6, "passages": 12}
        == build_corpus(two, ONE, path, Making(processes=2))
    )
    assert contents(one) == contents(two) and len(listed_shards(one.path / DOCUMENTS)) > 1


def test_progress_is_told_in_bytes_of_the_dump(run, dump, small_parts):
    told = []
    build_corpus(run, ONE, dump, Making(progress=lambda *parts: told.append(parts)))
    assert [done for done, _, _ in told] == [900, 1800, 2700, 3600, dump.stat().st_size]
    assert {total for _, total, _ in told} == {dump.stat().st_size}
    assert told[-1][2] == "6 documents, 12 passages"


def test_a_build_whose_files_were_taken_away_is_made_again(run, dump, small_parts):
    build_corpus(run, ONE, dump)
    before = contents(run)
    shutil.rmtree(run.path / PASSAGES)
    build_corpus(run, ONE, dump)
    assert contents(run) == before


def test_a_second_build_does_nothing_and_another_source_is_refused(run, dump):
    build_corpus(run, ONE, dump)
    told = []
    build_corpus(run, ONE, dump, Making(progress=lambda *parts: told.append(parts)))
    assert not told
    dump.write_text(dump_text(towns(2)))
    with pytest.raises(StaleError, match="restart"):
        build_corpus(run, ONE, dump)
    assert build_corpus(run, ONE, dump, Making(IfExists.RESTART))["documents"] == 2


def test_the_limit_counts_documents_across_a_resume(run, dump, small_parts):
    limited = ONE.model_copy(update={"limit": 3})

    def kill(done, total, note=""):
        if done == 1800:
            raise Killed

    with pytest.raises(Killed):
        build_corpus(run, limited, dump, Making(progress=kill))
    assert build_corpus(run, limited, dump)["documents"] == 3


def test_rows_and_files_give_the_same_documents(tmp_path):
    rows = [{"k": n, "name": f"T{n}", "body": f"text {n}"} for n in range(3)] + [
        {"k": 9, "name": "empty", "body": " "}
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    config = CorpusConfig(id_field="k", title_field="name", text_field="body")
    found = [
        documents_of(tmp_path / f"a{end}", config) for end in (".jsonl", ".jsonl.gz", ".parquet")
    ]
    assert found[0] == found[1] == found[2]
    assert [(d.id, d.title, d.text) for d in found[0]][1] == ("a:1", "T1", "text 1")


def test_a_folder_gives_one_document_a_file(tmp_path):
    folder = tmp_path / "notes"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text("plain words")
    (folder / "sub" / "a.md").write_text("# The title #\n\nsome words\n\n## Part\n\nmore words")
    (folder / "blank.txt").write_text(" ")
    (folder / "c.pdf").write_text("other")
    plain, marked = documents_of(folder, CorpusConfig())
    assert (plain.id, plain.title) == ("notes:b.txt", "b")
    assert (marked.id, marked.title) == ("notes:sub/a.md", "The title")
    assert [section.title for section in marked.sections] == ["The title", "Part"]


GOOD = dump_text(towns(6)).encode()
ROW = b'{"id": "a", "title": "t", "text": "some words that are long enough"}\n'
BAD = {
    "prose.xml": (b"no markup here", "is not a MediaWiki XML dump"),
    "page.xml": (b"<html><body/></html>", "is not a MediaWiki XML dump"),
    "empty.xml": (b"", "is not a MediaWiki XML dump"),
    "prose.xml.bz2": (b"no bzip2", "is not a MediaWiki XML dump"),
    "prose.xml.gz": (b"no gzip", "is not a MediaWiki XML dump"),
    "cut.xml": (GOOD[:-200], "cut short or damaged near byte"),
    "endless.xml": (GOOD[: -len("</mediawiki>")], "it has no end"),
    "endless.xml.bz2": (bz2.compress(GOOD[:-12]), "it has no end"),
    "streams.xml.bz2": (bz2.compress(GOOD[:2000]) + bz2.compress(GOOD[2000:])[:-9], "cut short"),
    "cut.xml.bz2": (bz2.compress(GOOD)[:-20], "cut short"),
    "endless.xml.zst": (zstandard.compress(GOOD[:-12]), "it has no end"),
    "cut.xml.zst": (zstandard.compress(GOOD)[:-20], "cut short"),
    "cut.xml.gz": (gzip.compress(GOOD)[:-20], "cut short"),
    "bare.xml": (dump_text([]).encode(), "holds no document"),
    "moved.xml": (dump_text([page(1, "#redirect [[A]]")]).encode(), "redirect: 1"),
    "short.xml": (dump_text([page(1, "few words")]).encode(), "no passage of 20 to 4000"),
    "odd.xml": (dump_text(["<page><what/></page>"]).encode(), "no title: 1"),
    "latin.xml": (dump_text([page(1, "Café au lait")]).encode("latin-1"), "not UTF-8 text: 1"),
    "broken.xml": (
        dump_text([page(1, "x").replace("</title>", "")]).encode(),
        "not well-formed XML: 1",
    ),
    "unknown.xml": (b"<?xml version='1.0' encoding='klingon'?>" + GOOD, "encoding 'klingon'"),
    "silent.xml": (dump_text([page(1, "x")], "").replace("en.wiki", "").encode(), "with --lang"),
    "empty.jsonl": (b"", "holds no document with text"),
    "field.jsonl": (b'{"id": "b", "body_": "x"}\n', "line 1: no field 'text'.*: body_, id"),
    "blank.jsonl": (b'{"id": "b", "text": null}\n', "no document with text .no text: 1"),
    "broken.jsonl": (b"\n{\n", "line 2: not JSON"),
    "list.jsonl": (b"[1]\n", "element 1: not a JSON object"),
    "nested.jsonl": (b'{"id": "b", "title": "t", "text": ["x"]}\n', "'text' is not text"),
    "latin.jsonl": ('{"id": "é"}\n'.encode("latin-1"), "line 1: not UTF-8"),
    "cut.jsonl.gz": (gzip.compress(ROW)[:-9], "cut short"),
    "prose.jsonl.gz": (b"no gzip", "line 1: not JSON"),
    "prose.parquet": (b"no parquet", "as Parquet"),
    "notes.docx": (b"x", "unknown kind of file"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line(tmp_path, run, name):
    data, says = BAD[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=says) as error:
        build_corpus(run, ONE, path)
    assert "\n" not in str(error.value) and name.split(".")[0] in str(error.value) + str(run.path)


def test_a_source_that_the_system_refuses_is_one_line(run, dump, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "file_hash", refuse)
    with pytest.raises(InputError, match=r"cannot read .*towns\.xml: Permission denied"):
        build_corpus(run, ONE, dump)


def test_missing_sources_and_columns_and_encodings_are_named(tmp_path, run):
    with pytest.raises(InputError, match="does not exist"):
        build_corpus(run, ONE, tmp_path / "gone.xml")
    pq.write_table(pa.Table.from_pylist([{"id": "1", "words": "x"}]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"no field 'text' \(fields there: id, words\)"):
        documents_of(tmp_path / "a.parquet", ONE)
    folder = tmp_path / "notes"
    folder.mkdir()
    with pytest.raises(InputError, match="holds no file of a corpus"):
        build_corpus(run, ONE, folder)
    (folder / "a.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(
        InputError, match=r"a\.txt: not UTF-8 text .give its encoding with --encoding"
    ):
        build_corpus(RunFolder(tmp_path / "b"), ONE, folder)


def test_a_cut_dump_keeps_the_shards_that_were_finished(tmp_path, run, small_parts, monkeypatch):
    monkeypatch.setattr(mediawiki, "_SAMPLED_CHARS", 1)
    path = tmp_path / "cut.xml"
    path.write_bytes(GOOD[:-200])
    with pytest.raises(InputError, match="fetch it again"):
        build_corpus(run, ONE, path)
    kept = list(read_shards(run.path / DOCUMENTS, Document))
    assert [d.page_id for d in kept] == ["1", "2", "3", "4", "5"]
