import bz2
import gzip
import io
import json
import lzma
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from masksearch.config import CorpusConfig
from masksearch.corpus.build import build_corpus, files_of, open_source
from masksearch.corpus.jsonl import json_rows
from masksearch.corpus.source import Article
from masksearch.errors import InputError
from masksearch.making import Making
from masksearch.parquet import read_shards
from masksearch.run_folder import RunFolder
from masksearch.schemas import Document, Passage
from masksearch.stages import DOCUMENTS, PASSAGES

SENTENCE = "The harbour of the old town was built in the year 1931 by its own people. "
TOWN = {"id": 1, "title": "Town", "text": SENTENCE * 4}
ENGLISH = CorpusConfig(lang="en")


def lines(*rows):
    return "".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows).encode()


def found_in(*paths, config=ENGLISH):
    source = open_source(files_of(paths), config)
    found = [one for part in source.parts() for one in source.read(part)]
    documents = [one.document for one in found if isinstance(one, Article)]
    return documents, [one.reason for one in found if not isinstance(one, Article)]


@pytest.fixture
def written(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write


BAD_ROWS = {
    "null": ({"id": 2, "title": "T", "text": None}, "no text"),
    "blank": ({"id": 2, "title": "T", "text": " \n"}, "no text"),
    "not a number": ('{"id": 2, "title": "T", "text": NaN}\n', "no text"),
    "a list": ({"id": 2, "title": "T", "text": ["x"]}, "the field 'text' is not text"),
    "a number": ({"id": 2, "title": "T", "text": 5}, "the field 'text' is not text"),
    "a title of another kind": (
        {"id": 2, "title": {}, "text": "x"},
        "the field 'title' is not text",
    ),
    "no text field": ({"id": 2, "title": "T"}, "no field 'text'"),
    "cut": ('{"id": 2, "ti\n', "not JSON"),
    "zeros": ("\0\0\0\n", "not JSON"),
    "a list in place of an object": ("[1]\n", "not a JSON object"),
    "deep": ('{"id": 2, "x": ' + "[" * 99_999 + "]" * 99_999 + "}\n", "JSON nested too deeply"),
    "a number without end": ('{"id": ' + "1" * 9_999 + "}\n", "not JSON"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_one_bad_row_is_counted_with_its_reason(written, name):
    row, reason = BAD_ROWS[name]
    path = written("towns.jsonl", lines(TOWN, row, {**TOWN, "id": 3}))
    documents, refused = found_in(path)
    assert [one.id for one in documents] == ["towns:1", "towns:3"] and refused == [reason]


def test_bytes_that_are_no_text_spoil_their_own_row_alone(written):
    path = written(
        "a.jsonl", lines(TOWN) + b'{"id": 2, "text": "caf\xe9"}\n' + lines({**TOWN, "id": 3})
    )
    documents, refused = found_in(path)
    assert len(documents) == 2 and refused == ["not UTF-8 text"]


def test_a_file_none_of_whose_rows_can_be_read_is_refused_before_it_ends(written):
    good = written("a.jsonl", lines(TOWN))
    other = written(
        "b.jsonl", b"{\n" + lines(*[{"key": n, "meta": {"bo\ud83ddy": "x"}} for n in range(3)])
    )
    with pytest.raises(
        InputError, match=r"b\.jsonl, line 2: no field 'text' .*: key, meta\.bo\?dy\)"
    ):
        found_in(good, other)


def test_half_a_surrogate_pair_reaches_the_shards_as_a_question_mark(written, tmp_path):
    text = SENTENCE * 4 + "\\ud83d end \\ud83d\\ude00"
    path = written(
        "a.jsonl", f'{{"id": "\\ud83dx", "title": "\\ude00", "text": "{text}"}}\n'.encode()
    )
    run = RunFolder(tmp_path / "run")
    build_corpus(run, ENGLISH, path)
    (document,) = read_shards(run.path / DOCUMENTS, Document)
    assert (document.id, document.title) == ("a:?x", "?") and document.text.endswith("? end 😀")


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_bytes_become_rows_or_faults(pieces):
    rows = list(json_rows(io.BufferedReader(io.BytesIO(b"\n".join(pieces)))))
    assert all(row.fault or isinstance(row.values, dict) for row in rows)


ENCODED = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODED)
def test_encodings_are_told_by_marks_and_zeros(written, encoding):
    town = {**TOWN, "title": "Tromsø"}
    text = json.dumps(town, ensure_ascii=False) + "\n"
    path = written("a.jsonl", text.encode(encoding))
    note = written("a.txt", ("Tromsø " + SENTENCE).encode(encoding))
    assert found_in(path)[0][0].title == "Tromsø"
    assert found_in(note)[0][0].text.startswith("Tromsø The")


def test_other_encodings_are_told_by_the_user(written):
    row = written("a.jsonl", '{"id": 1, "title": "é", "text": "café"}'.encode("cp1252"))
    note = written("b.txt", "café".encode("cp1252"))
    config = CorpusConfig(lang="fr", encoding="cp1252")
    assert [one.text for one in found_in(row, note, config=config)[0]] == ["café", "café"]


def _zst_frames(data):
    pack = zstandard.ZstdCompressor().compress
    return pack(data[:100]) + pack(data[100:])


PACKED = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".zstd": _zst_frames,
}


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("kind", [".jsonl", ".ndjson", ".json", ".parquet", ".txt", ".md"])
def test_every_kind_is_read_from_every_packing(written, suffix, kind):
    data = lines(TOWN)
    if kind == ".parquet":
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist([TOWN]), sink)
        data = sink.getvalue().to_pybytes()
    elif kind in (".txt", ".md"):
        data = TOWN["text"].encode()
    path = written(f"town{kind}{suffix}", PACKED[suffix](data))
    (document,) = found_in(path)[0]
    assert document.text.strip() == TOWN["text"].strip()
    assert document.title == ("town" if kind in (".txt", ".md") else "Town")


@pytest.mark.parametrize("suffix", PACKED)
def test_a_packed_file_that_is_cut_is_one_line(written, suffix):
    path = written(
        f"a.jsonl{suffix}", PACKED[suffix](lines(*[{**TOWN, "id": n} for n in range(9)]))[:-6]
    )
    with pytest.raises(InputError, match=r"a\.jsonl.* is cut short or damaged"):
        found_in(path)


def test_a_frame_to_be_skipped_may_come_first(written):
    skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00size"
    path = written("town.jsonl.zst", skipped + PACKED[".zst"](lines(TOWN)))
    assert [one.title for one in found_in(path)[0]] == ["Town"]


@pytest.mark.parametrize("name", ["list.json", "list.jsonl.gz"])
def test_a_list_of_objects_is_rows(written, name):
    data = b"\n" + json.dumps([TOWN, None, {**TOWN, "id": 2}], indent=1).encode()
    path = written(name, gzip.compress(data) if name.endswith("gz") else data)
    documents, refused = found_in(path)
    assert len(documents) == 2 and refused == ["not a JSON object"]


@pytest.mark.parametrize(
    "name", ["data.7z", "data.sql.gz", "notes.docx", "x-multistream-index.txt.bz2"]
)
def test_a_kind_that_is_not_read_is_named(written, name):
    path = written(name, b"7z\xbc\xaf\x27\x1c" if name.endswith("7z") else b"INSERT INTO x")
    with pytest.raises(InputError, match=rf"{name}: unknown kind of file; a corpus is a MediaWiki"):
        found_in(path)


def test_files_without_a_telling_name_are_known_by_their_content(written):
    rows = written("text/AA/wiki_00", lines(TOWN))
    assert found_in(rows)[0] and found_in(rows.parents[1])[0]


def test_several_files_are_one_corpus_with_ids_of_file_and_line(written):
    rows = [{"text": f"{SENTENCE} Part {n}."} for n in range(4)]
    parts = [written(f"train-0000{n}-of-00002.jsonl", lines(*rows[2 * n :][:2])) for n in range(2)]
    documents, _ = found_in(*parts)
    assert documents[3].id == "train:train-00001-of-00002.jsonl:2"
    assert {one.title for one in documents} == {""} and len({one.id for one in documents}) == 4
    assert found_in(parts[0].parent)[0] == [
        one.model_copy(
            update={
                "id": one.id.replace("train:", f"{parts[0].parent.name}:", 1),
                "corpus": parts[0].parent.name,
            }
        )
        for one in documents
    ]


def test_null_ids_and_titles_are_those_of_rows_without(written):
    path = written(
        "a.jsonl", lines({"id": None, "title": None, "text": "x"}, {"id": 2.0, "text": "y"})
    )
    assert [(one.id, one.title) for one in found_in(path)[0]] == [("a:a.jsonl:1", ""), ("a:2", "")]


CONTENTS = [
    ('"Town"\nThe harbour.', "Town", "The harbour."),
    ("Town\nThe harbour.", "Town", "The harbour."),
    ("The harbour.", "", "The harbour."),
    ("long " * 50 + "\nThe harbour.", "", "long " * 50 + "\nThe harbour."),
]


@pytest.mark.parametrize(("contents", "title", "text"), CONTENTS)
def test_contents_begin_with_their_title(written, contents, title, text):
    path = written("a.jsonl", lines({"id": "7", "contents": contents}))
    (document,) = found_in(path)[0]
    assert (document.title, document.text) == (title, text)


def test_nested_fields_address_language_and_licence(written, tmp_path):
    row = {
        "meta": {"key": 5, "names": ["Stadt", "x"]},
        "body.text": "Der Hafen.",
        "url": "https://example.org/a",
        "language": "de_DE",
        "license": "CC0",
    }
    config = CorpusConfig(id_field="meta.key", title_field="meta.names.0", text_field="body.text")
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "b.parquet")
    for path in (written("b.jsonl", lines(row)), tmp_path / "b.parquet"):
        (one,) = found_in(path, config=config)[0]
        assert (one.id, one.title, one.text) == ("b:5", "Stadt", "Der Hafen.")
        assert (one.url, one.lang, one.licence) == ("https://example.org/a", "de", "CC0")


def test_parquet_text_that_is_not_utf8_spoils_its_own_row(tmp_path):
    texts = pa.array([b"good text", b"caf\xe9", None], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"id": [1, 2, 3], "text": texts}), tmp_path / "a.parquet")
    documents, refused = found_in(tmp_path / "a.parquet")
    assert [one.id for one in documents] == ["a:1"] and refused == ["not UTF-8 text", "no text"]


def tar_of(members, mode="w:gz"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tgz", "a.tar.zst"])
def test_archives_of_json_lines(written, name):
    members = {"x_0.ndjson": lines(TOWN), "._x_0.ndjson": b"\0", "README": b"x",
               "x_1.ndjson.gz": gzip.compress(lines({"text": "more"}))}  # fmt: skip
    data = tar_of(members, "w:gz" if name.endswith("gz") else "w")
    path = written(name, zstandard.compress(data) if name.endswith("zst") else data)
    documents, _ = found_in(path)
    assert [one.id for one in documents] == ["a:1", f"a:{name}:x_1.ndjson.gz:1"]


def test_archives_that_hold_none_or_are_cut(written):
    with pytest.raises(InputError, match="holds no file of JSON lines"):
        found_in(written("a.tar", tar_of({"README": b"x"}, "w")))
    whole = tar_of({"a.ndjson": lines(*[{**TOWN, "id": n} for n in range(40)])}, "w")
    with pytest.raises(InputError, match="cut short or damaged"):
        found_in(written("b.tar", whole[:2000]))


WIKIEXTRACTOR = "\n".join(["History.", SENTENCE * 4, SENTENCE * 3, "A short one.", SENTENCE * 5])
PARTED = {
    "one newline": (WIKIEXTRACTOR, 3),
    "titled": (f"Town\n\n{WIKIEXTRACTOR}", 3),
    "blank lines": ((SENTENCE * 4 + "\n\n") * 3, 3),
    "returns": ("\r\r".join([SENTENCE * 4] * 2), 2),
    "both": ("\r\n\r\n".join([SENTENCE * 4] * 2), 2),
    "separators": ("\u2029".join([SENTENCE * 4] * 2), 2),
    "form feeds": ("\f".join([SENTENCE * 4] * 2), 2),
    "wrapped": ("\n".join([SENTENCE.strip()] * 8), 1),
    "a list under a paragraph": (
        "\n\n".join([SENTENCE * 4 + "\n- one\n- two", *[SENTENCE * 4] * 2]),
        3,
    ),
    "CJK": ("\n".join(["旧港口由当地人民建造，并在战争之后重新修建。" * 6] * 3), 3),
}


@pytest.mark.parametrize("name", PARTED)
def test_paragraphs_are_found_however_they_are_parted(written, tmp_path, name):
    text, count = PARTED[name]
    path = written("a.jsonl", lines({"id": 1, "title": "T", "text": text}))
    run = RunFolder(tmp_path / "run")
    lang = "zh" if name == "CJK" else "en"
    assert build_corpus(run, CorpusConfig(lang=lang), path)["passages"] == count
    (document,) = read_shards(run.path / DOCUMENTS, Document)
    for passage in read_shards(run.path / PASSAGES, Passage):
        assert document.text[passage.start : passage.end] == passage.text == passage.text.strip()


def test_rows_give_the_same_bytes_from_any_number_of_processes(written, tmp_path, monkeypatch):
    monkeypatch.setattr("masksearch.corpus.rows_source.PART_CHARS", 700)
    path = written("a.jsonl", lines(*[{**TOWN, "id": n} for n in range(9)]))
    runs = [RunFolder(tmp_path / name) for name in "ab"]
    for processes, run in enumerate(runs, 1):
        build_corpus(run, ENGLISH, path, Making(processes=processes))
    one, two = [{p.name: p.read_bytes() for p in (run.path / PASSAGES).iterdir()} for run in runs]
    assert one == two and len(one) > 3
