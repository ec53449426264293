import os
from collections import Counter

import pytest

from masksearch.config import CorpusConfig
from masksearch.corpus.build import build_corpus, files_of, open_source
from masksearch.corpus.names import path_named, readable
from masksearch.errors import ConfigError, InputError
from masksearch.parquet import read_shards
from masksearch.recipe_file import validated
from masksearch.run_folder import RunFolder
from masksearch.schemas import Document
from masksearch.stages import DOCUMENTS

TEXT = "The harbour of the old town was built in the year 1931 by its own people. " * 4


@pytest.fixture
def put(tmp_path):
    def write(name, text=TEXT):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def names(*paths):
    return [one.name for one in files_of(paths).files]


def test_links_are_followed_once_and_loops_end(put, tmp_path):
    put("in/b/real.txt")
    put("elsewhere/far.txt")
    folder = tmp_path / "in"
    (folder / "a").symlink_to(folder / "b")
    (folder / "b" / "loop").symlink_to(folder)
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    (folder / "a.txt").symlink_to(folder / "b" / "real.txt")
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere")
    (folder / "self.txt").symlink_to(folder / "self.txt")
    files = files_of(folder)
    assert [one.name for one in files.files] == ["b/real.txt", "more/far.txt"]
    assert files.left_out == {
        "link to a folder already read": 2, "the same file again": 1, "broken link": 2
    }  # fmt: skip


def test_hidden_files_and_folders_are_passed_over_and_counted(put, tmp_path):
    for name in ("a.txt", "._a.txt", ".git/config.txt", "sub/.hidden/b.md", "sub/c.md"):
        put(f"in/{name}")
    files = files_of(tmp_path / "in")
    assert [one.name for one in files.files] == ["a.txt", "sub/c.md"]
    assert files.left_out == {"hidden": 3}


def test_what_describes_data_is_no_part_of_it(put, tmp_path):
    row = '{"id": 1, "text": "x"}\n'
    for name in ("README.md", "info.json", "data/train-10.jsonl", "data/train-9.jsonl"):
        put(f"in/{name}", row)
    for name in ("x.csv", "x.png"):
        put(f"in/{name}", row)
    files = files_of(tmp_path / "in")
    assert [one.name for one in files.files] == ["data/train-9.jsonl", "data/train-10.jsonl"]
    assert files.left_out == {
        "text beside data": 1,
        "JSON beside data": 1,
        "CSV or TSV beside data": 1,
        "unknown kind of file": 1,
    }


def test_patterns_and_repeated_sources(put, tmp_path):
    for n in (1, 2, 10):
        put(f"part{n}.jsonl", "{}")
    assert names(tmp_path / "part*.jsonl") == ["part1.jsonl", "part2.jsonl", "part10.jsonl"]
    files = files_of([tmp_path / "part2.jsonl", tmp_path / "part1.jsonl", tmp_path])
    assert [one.name for one in files.files] == ["part2.jsonl", "part1.jsonl", "part10.jsonl"]
    assert files.left_out == {"the same file again": 2}
    with pytest.raises(InputError, match=r"q\*\.jsonl does not exist"):
        files_of(tmp_path / "q*.jsonl")


def test_files_of_one_name_are_known_by_their_paths(put):
    paths = [put("a/x.jsonl", "{}"), put("b/x.jsonl", "{}")]
    assert len(set(names(paths[0], paths[1]))) == 2


def test_the_hash_covers_all_files_and_their_order(put):
    a, b = put("a.jsonl", "1"), put("b.jsonl", "2")
    hashes = [files_of(paths).hash for paths in (a, [a, b], [b, a])]
    b.write_text("3")
    hashes.append(files_of([a, b]).hash)
    assert len(set(hashes)) == 4


def test_names_that_are_not_utf8_are_read_and_shown(tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    for name in (b"na\xefve.txt", b"na\xefvf.txt"):
        (folder / os.fsdecode(name)).write_text(TEXT)
    shown = readable(folder)
    assert shown.endswith("caf\\xe9") and path_named(shown) == folder
    run = RunFolder(tmp_path / "run")
    config = CorpusConfig(source=shown, lang="en")
    build_corpus(run, config, [path_named(one) for one in config.sources])
    documents = list(read_shards(run.path / DOCUMENTS, Document))
    assert [one.id for one in documents] == ["caf\\xe9:na\\xefve.txt", "caf\\xe9:na\\xefvf.txt"]
    assert documents[0].title == "na\\xefve"


def test_a_file_that_cannot_be_read_is_counted_beside_others(put, tmp_path):
    put("in/a.txt")
    (tmp_path / "in" / "b.txt").write_bytes("café".encode("latin-1"))
    run = RunFolder(tmp_path / "run")
    put("in/.c.txt")
    build_corpus(run, CorpusConfig(lang="en"), tmp_path / "in")
    rejected = run.stage(DOCUMENTS).counts.rejected
    assert Counter(rejected) == {"not UTF-8 text": 1, "hidden": 1}


def test_dumps_and_rows_are_no_corpus_together(put):
    files = files_of([put("a.xml"), put("b.jsonl")])
    with pytest.raises(InputError, match=r"a\.xml is a MediaWiki dump and .*b\.jsonl is not"):
        open_source(files, CorpusConfig())


@pytest.mark.parametrize("encoding", ["klingon", "hex", "a\0"])
def test_an_unknown_encoding_is_refused(encoding):
    with pytest.raises(ConfigError, match="corpus: encoding: unknown encoding"):
        validated(CorpusConfig, {"encoding": encoding}, "corpus")
