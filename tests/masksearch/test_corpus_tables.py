import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.config import CorpusConfig
from masksearch.corpus.build import files_of, open_source
from masksearch.corpus.source import Article
from masksearch.corpus.tables import read_table
from masksearch.errors import InputError

SENTENCE = "The harbour of the old town was built in the year 1931 by its own people. "
ENGLISH = CorpusConfig(lang="en")


def found_in(path, config=ENGLISH):
    source = open_source(files_of([path]), config)
    found = [one for part in source.parts() for one in source.read(part)]
    documents = [one.document for one in found if isinstance(one, Article)]
    return documents, [one.reason for one in found if not isinstance(one, Article)]


def test_passages_of_a_tsv_keep_their_own_ids_and_quotation_marks(tmp_path):
    path = tmp_path / "psgs_w100.tsv"
    text = f'"{SENTENCE} He said ""no"", she\tyes."'
    path.write_bytes(f"id\ttext\ttitle\n7\t{text}\tOld Town\n".encode())
    (document,), refused = found_in(path)
    assert (document.id, document.title, refused) == ("psgs_w100:7", "Old Town", [])
    assert 'He said "no", she\tyes.' in document.text


def test_quotation_marks_of_a_tsv_may_be_text(tmp_path):
    path = tmp_path / "a.tsv"
    texts = [f'"Never closed {SENTENCE}', f"x {SENTENCE}", f'"So" it said. {SENTENCE}', SENTENCE]
    rows = [f"{n}\t{text}\tT" for n, text in enumerate(texts)]
    path.write_text("\n".join(["id\ttext\ttitle", *rows, ""]))
    documents, refused = found_in(path)
    assert ([one.text for one in documents], refused) == (texts, [])


def test_a_field_of_a_tsv_may_have_several_lines(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text(f'id\ttext\n1\t"{SENTENCE}\n\n{SENTENCE}"\n2\t{SENTENCE}\n')
    assert [one.id for one in found_in(path)[0]] == ["a:1", "a:2"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_header_tells_how_a_csv_is_separated(tmp_path, separator):
    path = tmp_path / "a.csv.gz"
    head = separator.join(("id", "title", "text"))
    path.write_bytes(gzip.compress(f"\ufeff{head}\r\n1{separator}T{separator}{SENTENCE}".encode()))
    (document,), _ = found_in(path)
    assert (document.id, document.title, document.text) == ("a:1", "T", SENTENCE)


def test_a_bad_row_is_refused_alone(tmp_path):
    path = tmp_path / "a.csv"
    rows = [
        f"1,{SENTENCE}",
        "2",
        "3,\xe9".encode("latin-1"),
        "",
        f"4,{SENTENCE}",
        '5,"never closed',
    ]
    path.write_bytes(
        b"\n".join(one if isinstance(one, bytes) else one.encode() for one in ["id,text", *rows])
    )
    documents, refused = found_in(path)
    assert [one.id for one in documents] == ["a:1", "a:4"]
    assert refused == ["no field 'text'", "not UTF-8 text", "not a row of a table"]
    assert [row.at for row in read_table(path)][:3] == ["line 2", "line 3", "line 4"]


def test_a_table_without_such_columns_is_refused_with_those_that_are_there(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("x\ty\n1\t2\n")
    with pytest.raises(InputError, match="x, y"):
        found_in(path)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_what_spreadsheets_write_is_read_as_it_was(tmp_path_factory, fields):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    names = [f"c{n}" for n in range(len(fields))]
    made = io.StringIO(newline="")
    csv.writer(made).writerows([names, fields])
    path.write_text(made.getvalue(), encoding="utf-8", newline="")
    (row,) = read_table(path)
    assert (row.fault, dict(row.values)) == ("", dict(zip(names, fields, strict=True)))
