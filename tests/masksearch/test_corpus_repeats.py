"""Pages and rows that come more than once, in one shard or across several."""

import json
from contextlib import suppress
from itertools import pairwise
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masksearch.config import CorpusConfig, QualityConfig, RampConfig
from masksearch.corpus import dump_file, making, repeats, rows_source
from masksearch.corpus.build import build_corpus
from masksearch.corpus.repeats import reasons, repeated, versions_file, write_versions
from masksearch.corpus.versions import OLDER, REPEATED, Version, outdated, version
from masksearch.making import Making
from masksearch.masking.build import build_tasks
from masksearch.parquet import read_shards
from masksearch.quality.build import build_quality
from masksearch.run_folder import RunFolder
from masksearch.schemas import Document, Passage, Task
from masksearch.shards import listed_shards
from masksearch.stages import DOCUMENTS, PASSAGES, QUALITY, TASKS
from masksearch.store import read_lines, read_records

ONE = CorpusConfig(min_chars=20)
TEXT = "In {year} the people of [[Town {n}]] built a wall, {year} metres long, which stood for 40 days."


def element(n, revision, year, *, text="", time="2024-01-01T00:00:00Z"):
    shown = text or TEXT.format(n=n, year=year)
    return (
        f"<page><title>Town {n}</title><ns>0</ns><id>{n}</id><revision><id>{revision}</id>"
        f"<timestamp>{time}</timestamp><text>{escape(shown)}</text></revision></page>\n"
    )


def dump(path, *elements):
    head = '<mediawiki xml:lang="en"><siteinfo><dbname>enwiki</dbname></siteinfo>\n'
    path.write_text(f"{head}{''.join(elements)}</mediawiki>\n")
    return path


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path / "run")


def documents_of(run):
    return list(read_shards(run.path / DOCUMENTS, Document))


def contents(run):
    return {
        path.relative_to(run.path): path.read_bytes()
        for name in (DOCUMENTS, PASSAGES)
        for path in sorted((run.path / name).iterdir())
    }


@pytest.fixture(params=["one shard", "many shards"])
def parts(request, monkeypatch):
    if request.param == "many shards":
        monkeypatch.setattr(dump_file, "PART_BYTES", 300)
        monkeypatch.setattr(dump_file, "_BLOCK", 100)
        monkeypatch.setattr(rows_source, "PART_CHARS", 100)


@pytest.mark.usefixtures("parts")
def test_of_the_elements_of_a_page_the_newest_is_taken_wherever_they_stand(run, tmp_path):
    elements = [element(7, 1, 1901), element(8, 5, 1950), element(7, 3, 1903), element(7, 2, 1902)]
    counts = build_corpus(run, ONE, dump(tmp_path / "d.xml", *elements))
    assert counts == {"documents": 2, "passages": 2}
    assert {one.id for one in documents_of(run)} == {"enwiki:8:5", "enwiki:7:3"}
    assert "1903" in "".join(one.text for one in read_shards(run.path / PASSAGES, Passage))
    assert run.stage(DOCUMENTS).counts.rejected == {OLDER: 2}
    assert run.stage(DOCUMENTS).counts.links == 2


@pytest.mark.usefixtures("parts")
def test_a_page_that_became_a_redirect_has_no_older_article(run, tmp_path):
    moved = element(7, 3, 0, text="#REDIRECT [[Town 8]]")
    elements = [element(7, 1, 1901), element(8, 5, 1950), moved, element(7, 2, 1902)]
    build_corpus(run, ONE, dump(tmp_path / "d.xml", *elements))
    assert [one.id for one in documents_of(run)] == ["enwiki:8:5"]
    assert run.stage(DOCUMENTS).counts.rejected == {OLDER: 2, "redirect": 1}


@pytest.mark.usefixtures("parts")
def test_time_goes_before_the_number_of_a_revision(run, tmp_path):
    elements = [element(7, 1, 1901), element(7, 9, 1909, time="2004-01-01T00:00:00Z")]
    build_corpus(run, ONE, dump(tmp_path / "d.xml", *elements))
    assert [one.id for one in documents_of(run)] == ["enwiki:7:1"]


@pytest.mark.usefixtures("parts")
def test_pages_that_come_twice_give_tasks_of_one_id_once_and_are_no_duplicates(run, tmp_path):
    same = element(1, 1, 1931)
    build_corpus(run, ONE, dump(tmp_path / "d.xml", same, same, element(3, 3, 1874), same))
    assert run.stage(DOCUMENTS).counts.rejected == {REPEATED: 2}
    assert not build_quality(run, QualityConfig(duplicates="exact")).rejected
    build_tasks(run, RampConfig(num_masks=(1,), heldout_share=0), cleaned=True)
    tasks = list(read_records(run.path / TASKS / "train.jsonl", Task))
    assert len({one.id for one in tasks}) == len(tasks) == 2


@pytest.mark.usefixtures("parts")
def test_rows_of_one_id_are_one_document_the_first(run, tmp_path):
    texts = [
        f"the text number {n} of this little corpus of ours" + " and more" * 9 for n in range(5)
    ]
    rows = [{"id": n % 3, "title": f"T{n}", "text": text} for n, text in enumerate(texts)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert build_corpus(run, ONE, path)["documents"] == 3
    assert [one.title for one in documents_of(run)] == ["T0", "T1", "T2"]
    assert run.stage(DOCUMENTS).counts.rejected == {REPEATED: 2}


ELEMENTS = [
    *(element(n, n, 1900 + n) for n in range(1, 6)),
    *(element(n, n + 10, 1800 + n) for n in (2, 4)),
    *(element(n, n, 1900 + n) for n in (1, 5)),
]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", range(1, 16))
def test_a_build_killed_at_any_moment_goes_on_to_the_same_bytes(tmp_path, monkeypatch, at):
    monkeypatch.setattr(dump_file, "PART_BYTES", 600)
    monkeypatch.setattr(dump_file, "_BLOCK", 100)
    path = dump(tmp_path / "d.xml", *ELEMENTS)
    whole, cut = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "cut")
    build_corpus(whole, ONE, path)
    assert len(listed_shards(whole.path / DOCUMENTS)) > 3
    calls = 0

    def counted(function):
        def call(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == at:
                raise Killed
            return function(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(making, "write_shard", counted(making.write_shard))
        patch.setattr(repeats, "write_records", counted(repeats.write_records))
        with suppress(Killed):
            build_corpus(cut, ONE, path)
    build_corpus(cut, ONE, path)
    assert contents(cut) == contents(whole)


def test_shards_made_again_are_the_same_for_any_number_of_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(dump_file, "PART_BYTES", 600)
    path = dump(tmp_path / "d.xml", *ELEMENTS)
    one, two = RunFolder(tmp_path / "one"), RunFolder(tmp_path / "two")
    made = build_corpus(one, ONE, path)
    assert made == build_corpus(two, ONE, path, Making(processes=2))
    assert contents(one) == contents(two)
    shards = listed_shards(one.path / DOCUMENTS)
    assert sum(shard.counts["made"]["documents"] for shard in shards) == made["documents"]


@pytest.mark.parametrize(("limit", "number"), [(4, 4), (7, 5), (99, 5)])
@pytest.mark.usefixtures("parts")
def test_a_limit_is_one_of_what_is_read(run, tmp_path, limit, number):
    build_corpus(run, ONE.changed(limit=limit), dump(tmp_path / "d.xml", *ELEMENTS))
    pages = [document.page_id for document in documents_of(run)]
    assert len(set(pages)) == len(pages) == number


def test_a_build_begun_before_versions_were_noted_is_made_again(run, tmp_path, monkeypatch):
    path = dump(tmp_path / "d.xml", *ELEMENTS)
    with monkeypatch.context() as patch:
        patch.setattr("masksearch.corpus.stages.Stages.finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build_corpus(run, ONE, path)
    versions_file(run.path / DOCUMENTS, "000000").unlink()
    assert build_corpus(run, ONE, path)["documents"] == 5


versions = st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3), st.booleans())


@given(st.lists(versions, max_size=30), st.lists(st.integers(0, 30), max_size=4))
@settings(max_examples=60, deadline=None)
def test_versions_in_shards_are_compared_as_if_they_were_in_one(tmp_path_factory, drawn, cuts):
    seen = [
        repeats.Seen(Version(str(page), time, number), kept) for page, time, number, kept in drawn
    ]
    folder = tmp_path_factory.mktemp("versions")
    edges = sorted({0, len(seen), *(cut for cut in cuts if cut < len(seen))})
    found, begun = {}, list(pairwise(edges))
    for number, (start, end) in enumerate(begun):
        write_versions(folder, f"{number:06d}", seen[start:end])
    files = [versions_file(folder, f"{number:06d}") for number in range(len(begun))]
    dropped = repeated(files)
    for shard, (start, _) in enumerate(begun):
        found.update({start + at: reason for at, reason in reasons(dropped, shard).items()})
    wanted = outdated([(at, one.version) for at, one in enumerate(seen)])
    assert found == {at: reason for at, reason in wanted.items() if seen[at].is_document}


def test_what_is_said_of_an_age_may_be_anything():
    assert version("p", "2024-01-02T03:04:05Z", "12").age == (20240102030405, 12)
    assert version("p", "2024-01-02", "x").age == (20240102000000, 0)
    assert version("p", "", "9" * 40).age == version("p", "soon", "²").age == (0, 0)


def test_quality_keeps_its_count_where_an_older_corpus_has_an_id_twice(tmp_path):
    from some_passages import passage, run_with

    text, other = (
        "the same words of a passage in this corpus",
        "quite different words in the next",
    )
    run = run_with(tmp_path / "run", [passage("a", text), passage("a", text), passage("b", other)])
    assert build_quality(run, QualityConfig(duplicates="exact")).kept == 3
    assert list(read_lines(run.path / QUALITY / "00000.jsonl")) == []
