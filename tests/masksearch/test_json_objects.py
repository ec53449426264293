import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.json_objects import is_in_object, json_objects

values = st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text(), max_size=2))


@given(st.text())
def test_any_text_holds_objects_or_none(text):
    assert all(isinstance(raw, dict) for raw in json_objects(text))


@given(st.text(), st.dictionaries(st.text(), st.text()), st.text(alphabet="ab}] \n"))
def test_an_object_is_found_behind_any_text_without_braces(before, value, after):
    text = before.replace("{", "(") + json.dumps(value) + after
    assert json_objects(text) == [value]


@given(values, values, st.text(alphabet="ab }] \n"))
def test_objects_come_in_order_and_what_one_quotes_is_in_it(first, second, between):
    text = json.dumps(first) + between + json.dumps(second)
    assert json_objects(text) == [first, second]
    end = len(json.dumps(first))
    assert all(is_in_object(text, at) for at in range(1, end))
    assert not any(is_in_object(text, at) for at in range(end, end + len(between)))


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ('{"a": 1', []),
        ('{"a": {"b": 1}', [{"b": 1}]),
        ('{"a": {"b": 1},}', [{"b": 1}, {"a": {"b": 1}}]),
        ("[{'a': 1}, {'a': 2}]", [{"a": 1}, {"a": 2}]),
        ("{" + "x" * 9_000 + ": 1}", []),
    ],
)
def test_what_is_mended_and_what_is_not(text, objects):
    assert json_objects(text) == objects


def test_only_the_end_of_a_long_text_is_read():
    assert json_objects('{"a": 1}' + " " * 30_000 + '{"a": 2}') == [{"a": 2}]
    assert is_in_object(" " * 90_000 + '{"a": 2}', 90_003)
