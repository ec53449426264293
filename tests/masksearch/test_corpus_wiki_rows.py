import json

import pytest

from masksearch.config import CorpusConfig
from masksearch.corpus import dump_file
from masksearch.corpus.build import build_corpus, files_of, open_source
from masksearch.errors import InputError
from masksearch.making import Making
from masksearch.parquet import read_shards
from masksearch.run_folder import RunFolder
from masksearch.schemas import Document
from masksearch.stages import DOCUMENTS, PASSAGES

SENTENCE = "The harbour of the old town was built in the year 1931 by its own people. "
HEADER = "<mediawiki xml:lang='en'><siteinfo><dbname>enwiki</dbname></siteinfo>"


def built(folder, *paths, **config):
    """The documents of a corpus in their order, and what was left out by reason."""
    run = RunFolder(folder / "run")
    build_corpus(run, CorpusConfig(min_chars=5, **config), paths)
    return list(read_shards(run.path / DOCUMENTS, Document)), run.stage(DOCUMENTS).counts.rejected


def enterprise(number, body, namespace=0):
    return {
        "name": f"Town {number}",
        "identifier": number,
        "date_modified": "2026-01-02T03:04:05Z",
        "version": {"identifier": number * 100, "comment": "x"},
        "url": f"https://en.wikipedia.org/wiki/Town_{number}",
        "namespace": {"name": "", "identifier": namespace},
        "in_language": {"name": "English", "identifier": "en"},
        "is_part_of": {"name": "Wikipedia", "identifier": "enwiki"},
        "article_body": body,
        "license": [{"name": "Creative Commons …", "identifier": "CC-BY-SA-4.0"}],
    }


def test_enterprise_rows_are_the_articles_of_a_dump(tmp_path):
    rows = [
        enterprise(1, {"wikitext": f"The [[harbour|old quay]]. {SENTENCE}", "html": "<p>x</p>"}),
        enterprise(2, {"html": f"<section><p>{SENTENCE}</p><table><tr><td>1</table></section>"}),
        enterprise(3, {"wikitext": SENTENCE}, namespace=14),
        enterprise(4, {"wikitext": "#REDIRECT [[Town]]"}),
        enterprise(5, {"wikitext": None}),
        enterprise(1, {"wikitext": "again"}),
        enterprise(6, {"wikitext": SENTENCE}),
        {**enterprise(6, {"wikitext": f"Newer. {SENTENCE}"}), "version": {"identifier": 700}},
    ]
    path = tmp_path / "enwiki_namespace_0_0.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (one, two, six), refused = built(tmp_path, path)
    assert one == Document(
        id="enwiki:1:100",
        title="Town 1",
        text=f"The old quay. {SENTENCE}".strip(),
        corpus="enwiki",
        url="https://en.wikipedia.org/wiki/Town_1",
        page_id="1",
        revision="100",
        timestamp="2026-01-02T03:04:05Z",
        licence="CC-BY-SA-4.0",
        links=one.links,
    )
    assert one.text[slice(*one.links[0][:2])] == "old quay"
    assert (two.id, two.text) == ("enwiki:2:200", SENTENCE.strip())
    assert (six.id, six.text[:6]) == ("enwiki:6:700", "Newer.")
    reasons = ("namespace", "redirect", "no text", "repeated id", "older revision")
    assert refused == dict.fromkeys(reasons, 1)


def cirrus(number, **source):
    page = {"title": f"Town {number}", "namespace": 0, "version": number * 100, "wiki": "enwiki",
            "language": "en", **source}  # fmt: skip
    return (
        json.dumps({"index": {"_type": "page", "_id": str(number)}})
        + "\n"
        + json.dumps(page)
        + "\n"
    )


def test_cirrus_rows_take_their_id_from_the_line_before(tmp_path):
    path = tmp_path / "enwiki-20260101-cirrussearch-content.json"
    opening = SENTENCE.strip()
    path.write_text(
        cirrus(1, text=f"{opening} {SENTENCE * 90}", opening_text=opening)
        + cirrus(2, source_text=f"The [[harbour]]. {SENTENCE}", text="The harbour.")
        + cirrus(3, text=SENTENCE, opening_text="", namespace=14)
        + cirrus(4, text="", opening_text=None)
    )
    (flat, marked), refused = built(tmp_path, path)
    paragraphs = flat.text.split("\n\n")
    assert (flat.id, flat.title, paragraphs[0]) == ("enwiki:1:100", "Town 1", opening)
    assert all(1000 <= len(one) < 1100 for one in paragraphs[1:-1])
    assert "".join(paragraphs).replace(" ", "") == (opening + SENTENCE * 90).replace(" ", "")
    assert (marked.id, len(marked.links)) == ("enwiki:2:200", 1)
    assert {one.licence for one in (flat, marked)} == {"CC BY-SA"}
    assert marked.url == "https://en.wikipedia.org/wiki/Town_2"
    assert refused == {"namespace": 1, "no text": 1}


def test_namespaces_of_rows_are_chosen_like_those_of_dumps(tmp_path):
    path = tmp_path / "a.ndjson"
    rows = [enterprise(n, {"wikitext": SENTENCE}, namespace=n) for n in (0, 12, 14)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    documents, refused = built(tmp_path, path, namespaces=(0, "Help"))
    assert [one.page_id for one in documents] == ["0", "12"] and refused == {"namespace": 1}


def page(number):
    body = f"Of town {number}. " + SENTENCE * 4
    return (
        f"<page><title>Town {number}</title><ns>0</ns><id>{number}</id><revision><id>{number}00</id>"
        f"<text>{body}</text></revision></page>"
    )


@pytest.fixture
def parts(tmp_path):
    pages = [page(n) for n in range(1, 13)]
    names = ["1.xml-p1p3", "2.xml-p4p6", "10.xml-p7p9", "11.xml-p10p12"]
    paths = [tmp_path / "parts" / f"enwiki-latest-pages-articles{name}" for name in names]
    paths[0].parent.mkdir()
    for n, path in enumerate(paths):
        path.write_text(HEADER + "".join(pages[3 * n : 3 * n + 3]) + "</mediawiki>")
    (tmp_path / "whole.xml").write_text(HEADER + "".join(pages) + "</mediawiki>")
    return paths


def contents(run):
    return {path.name: path.read_bytes() for path in (run.path / PASSAGES).iterdir()}


class Killed(BaseException):
    pass


def test_a_dump_in_parts_is_that_of_one_file(parts, tmp_path, monkeypatch):
    monkeypatch.setattr(dump_file, "PART_BYTES", 900)
    whole, one, two, cut = (RunFolder(tmp_path / name) for name in ("whole", "one", "two", "cut"))
    build_corpus(whole, CorpusConfig(), tmp_path / "whole.xml")
    told = []
    build_corpus(
        one, CorpusConfig(), parts[0].parent, Making(progress=lambda *said: told.append(said))
    )
    build_corpus(two, CorpusConfig(), parts[0].parent, Making(processes=2))

    def kill(done, total, note=""):
        if done > total / 2:
            raise Killed

    with pytest.raises(Killed):
        build_corpus(cut, CorpusConfig(), parts[0].parent, Making(progress=kill))
    build_corpus(cut, CorpusConfig(), parts[0].parent)
    made = [list(read_shards(run.path / DOCUMENTS, Document)) for run in (whole, one)]
    assert made[0] == made[1] and len(made[0]) == 12
    assert contents(one) == contents(two) == contents(cut)
    read = [done for done, _, _ in told]
    assert read == sorted(read) and read[-1] == told[-1][1] == sum(p.stat().st_size for p in parts)


def test_parts_of_another_wiki_are_refused(parts):
    parts[1].write_text(parts[1].read_text().replace("enwiki", "dewiki"))
    with pytest.raises(InputError, match=r"of the wiki 'dewiki en' and .* of 'enwiki en'"):
        open_source(files_of(parts), CorpusConfig())


def test_a_page_that_is_broken_in_a_part_is_counted(parts, tmp_path):
    parts[2].write_text(parts[2].read_text().replace("</title>", "", 1))
    documents, refused = built(tmp_path, *parts)
    assert len(documents) == 11 and sum(refused.values()) == 1
