import pytest

from masksearch.errors import ConfigError, InputError, SchemaError
from masksearch.schemas import Fingerprint, Status, Trajectory
from masksearch.search.fingerprints import (
    RETRIEVER_FILE,
    Retrievers,
    keep_retrievers,
    kept_retrievers,
    mismatch,
    refuse_mismatches,
    retrievers_of,
)

ONE = Fingerprint(
    engine="bm25", corpus_hash="c", parameters={"a": 1}, top_k=5, guard="none", truncation=500
)


def trained_with(tmp_path, *retrievers):
    keep_retrievers(tmp_path, Retrievers(retrievers=retrievers))
    return tmp_path


def test_the_same_retriever_under_another_guard_is_no_mismatch(tmp_path):
    model = trained_with(tmp_path, ONE)
    assert mismatch(model, ONE.model_copy(update={"guard": "page"})) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"engine": "http"}, "engine: bm25 → http"),
        ({"corpus_hash": "d"}, "corpus_hash: c → d"),
        ({"top_k": 3}, "top_k: 5 → 3"),
        ({"truncation": 80}, "truncation: 500 → 80"),
        ({"parameters": {"a": 2}}, "a: 1 → 2"),
        ({"parameters": {"a": 1, "b": 2}}, "b: not set → 2"),
    ],
)
def test_a_mismatch_is_told_with_what_differs(tmp_path, change, said):
    told = mismatch(trained_with(tmp_path, ONE), ONE.model_copy(update=change))
    assert "trained with another retriever" in told and said in told
    with pytest.raises(ConfigError, match="strict"):
        refuse_mismatches([told])


def test_one_of_several_retrievers_is_enough(tmp_path):
    other = ONE.model_copy(update={"engine": "tavily"})
    assert mismatch(trained_with(tmp_path, ONE, other), other) == ""


def test_a_model_of_which_nothing_is_known_is_not_complained_of(tmp_path):
    assert mismatch(tmp_path, ONE) == ""
    refuse_mismatches([])


@pytest.mark.parametrize(
    ("text", "kind"), [("{", InputError), ("[]", InputError), ("{}", SchemaError)]
)
def test_a_damaged_record_is_refused(tmp_path, text, kind):
    (tmp_path / RETRIEVER_FILE).write_text(text)
    with pytest.raises(kind, match=RETRIEVER_FILE):
        kept_retrievers(tmp_path)


def test_those_of_traces_are_kept_once_each():
    made = [ONE, None, ONE, ONE.model_copy(update={"top_k": 3})]
    traces = [Trajectory(task_id="t", status=Status.ANSWERED, retriever=one) for one in made]
    assert [one.top_k for one in retrievers_of(traces).retrievers] == [5, 3]
