import sys

import pytest
from some_passages import passage

from masksearch.config import RampConfig
from masksearch.errors import ConfigError
from masksearch.spans.build import build_spans
from masksearch.spans.ner import NerSpans, load_pipeline

TEXT = "Ada Byron met Acme Mills in Norwich on 3 May 1843."


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """A real pipeline in a folder, which knows entities by rules."""
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en")
    patterns = [
        {"label": "PERSON", "pattern": "Ada Byron"},
        {"label": "ORG", "pattern": "Acme Mills"},
        {"label": "GPE", "pattern": "Norwich"},
        {"label": "EVENT", "pattern": "met"},
    ]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    folder = tmp_path_factory.mktemp("spacy") / "rules"
    nlp.to_disk(folder)
    return str(folder)


def test_a_pipelines_entities_become_typed_spans(pipeline):
    found = NerSpans(pipeline).extract(passage("1", TEXT))
    assert [(s.text, s.type, s.source) for s in found] == [
        ("Ada Byron", "person", "ner"), ("met", "entity", "ner"),
        ("Acme Mills", "organisation", "ner"), ("Norwich", "place", "ner"),
    ]  # fmt: skip
    assert all(TEXT[span.start : span.end] == span.text for span in found)


def test_a_passage_of_another_language_is_left_alone(pipeline):
    assert NerSpans(pipeline).extract(passage("1", TEXT, lang="de")) == []
    assert NerSpans(pipeline).extract(passage("1", TEXT, lang="simple"))


def test_a_recipe_merges_them_with_the_others(pipeline):
    config = RampConfig(spans=("ner", "pattern"), ner_pipeline=pipeline)
    found = build_spans(config).extract(passage("1", TEXT))
    assert [span.text for span in found][-1] == "3 May 1843" and len(found) == 5


def test_what_is_missing_is_said_in_one_line(monkeypatch, tmp_path):
    spacy = pytest.importorskip("spacy")
    with pytest.raises(ConfigError, match="en_core_nowhere"):
        load_pipeline("en_core_nowhere")
    spacy.blank("en").to_disk(tmp_path / "bare")
    with pytest.raises(ConfigError, match="finds no entities"):
        load_pipeline(str(tmp_path / "bare"))
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(ConfigError, match=r"pip install 'masksearch\[ner\]'"):
        load_pipeline("anything")
