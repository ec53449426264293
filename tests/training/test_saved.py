"""How far a training is, by a folder that may be torn or anybody's."""

import json

import pytest

from masksearch.stages import CHECKPOINTS
from training.finishing import _logged
from training.saved import progressed


def save(stage, step, text):
    folder = stage / CHECKPOINTS / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "trainer_state.json").write_text(text)


def test_the_newest_whole_checkpoint_says_how_far_it_is(tmp_path):
    assert progressed(tmp_path) is None
    save(tmp_path, 9, json.dumps({"max_steps": 78}))
    save(tmp_path, 20, json.dumps({"max_steps": 78}))
    save(tmp_path, 40, '{"max_st')
    (tmp_path / CHECKPOINTS / "checkpoint-last").mkdir()
    assert progressed(tmp_path) == (20, 78)


@pytest.mark.parametrize("state", ["[]", "null", "", "[" * 100_000])
def test_what_is_no_state_is_no_checkpoint(tmp_path, state):
    save(tmp_path, 9, state)
    assert progressed(tmp_path) is None


@pytest.mark.parametrize("planned", ["many", None, [78]])
def test_a_number_of_steps_that_is_none_is_not_known(tmp_path, planned):
    save(tmp_path, 9, json.dumps({"max_steps": planned}))
    assert progressed(tmp_path) == (9, 0)


@pytest.mark.parametrize("log", [None, 5, "log", [1, None], [{"loss": "low"}]])
def test_a_log_that_is_none_holds_no_losses(log):
    assert _logged({"log_history": log}) == []
    assert _logged({"log_history": [{"loss": 0.5}, {"step": 2}]}) == [{"loss": 0.5}, {"step": 2}]
