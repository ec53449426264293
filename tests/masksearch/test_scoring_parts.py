"""FanOutQA's share of parts, with a normaliser that only folds case."""

import json
import sys

import pytest

from masksearch.errors import ModelError
from masksearch.scoring import parts
from masksearch.scoring.parts import part_texts, parts_found

LAW = {"Pat Burrell": "Right", "Mark Mulder": "Left"}


def found(answer, text):
    return parts_found(json.dumps(answer), text, str.lower)


@pytest.mark.parametrize(
    ("answer", "text", "share", "every"),
    [
        (LAW, "Pat Burrell: Right; Mark Mulder: Left", 1, True),
        (LAW, "left, mark mulder", 0.5, False),
        (LAW, "Pat Burrell bats upright", 0.25, False),
        (LAW, "", 0, False),
        (["a", "b", "c"], "c a", 2 / 3, False),
        (True, "Yes, it is", 1, True),
        (1998, "in 1998.", 1, True),
        (1998, "in 19980", 0, False),
        ({"a": ["x", "y", "z"]}, "", -1, False),
        ({"a": ["x", "y"]}, "a x y", 1, True),
        ([], "anything", 0, False),
        (None, "none", 1, True),
    ],
)
def test_a_part_counts_where_it_stands_between_borders_of_words(answer, text, share, every):
    assert found(answer, text) == (pytest.approx(share), every)


def test_the_texts_of_parts_are_keys_and_values_of_every_depth():
    assert part_texts('{"a": {"b": [1, true]}, "c": "d"}') == ["a", "c", "b", "1", "yes", "d"]


def test_without_its_pipeline_the_normaliser_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    parts.lemmas.cache_clear()
    with pytest.raises(ModelError, match=r"spacy.*pip install 'masksearch\[fanoutqa\]'"):
        parts.lemmas()
