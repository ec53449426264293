"""Lists of JSON, element by element, whatever block their bytes come in."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masksearch.corpus.rows import NO_OBJECT, NOT_JSON
from masksearch.questions import json_list
from masksearch.questions.json_list import read_json_rows

values = st.dictionaries(
    st.text('ab中"\\]', max_size=4), st.text("a,]}[{é\n", max_size=8), max_size=3
)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(json_list, "_BLOCK_CHARS", 3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(values, max_size=4), st.sampled_from([None, 1]))
def test_elements_are_those_of_the_list(tmp_path, small_blocks, objects, indent):
    path = tmp_path / "a.json"
    path.write_text("\n " + json.dumps(objects, indent=indent, ensure_ascii=False))
    rows = list(read_json_rows(path))
    assert [row.values for row in rows] == objects and not any(row.fault for row in rows)


def test_a_list_that_is_cut_anywhere_ends_in_a_fault(tmp_path, small_blocks):
    path, whole = tmp_path / "a.json", json.dumps([{"a": 1}, {"b": ["x", "y"]}])
    for end in range(1, len(whole)):
        path.write_text(whole[:end])
        rows = list(read_json_rows(path))
        assert rows[-1].fault == NOT_JSON, whole[:end]
        assert all(not row.fault for row in rows[:-1])


def test_other_encodings_and_elements_that_are_no_objects(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps([{"a": "é"}, 3]).encode("utf-16"))
    first, second = read_json_rows(path)
    assert first.values == {"a": "é"} and second.fault == NO_OBJECT
    path.write_bytes(b'\xef\xbb\xbf[{"a": 1}]')
    assert [row.values for row in read_json_rows(path)] == [{"a": 1}]


def test_lines_are_rows_as_well(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    assert [row.at for row in read_json_rows(path)] == ["line 1", "line 2"]
