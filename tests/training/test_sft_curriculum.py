import json
import shutil

import pytest
from trace_records import some_records
from trainings import train_sft

from masksearch.errors import ConfigError
from masksearch.making import Making
from masksearch.recipe_file import validated
from masksearch.run_folder import RunFolder
from masksearch.stages import CONVERSATIONS, EXPORT, SFT
from masksearch.store import write_records
from training.config import CurriculumConfig, ModelConfig, SftConfig
from training.sft import trainable_nll

SCHEDULED = SftConfig(
    batch_size=2,
    save_steps=2,
    warmup_share=0.2,
    learning_rate=1e-2,
    curriculum=CurriculumConfig(by="schedule"),
)


@pytest.fixture
def run(exported, tmp_path) -> RunFolder:
    """A run with twelve traces: four of one mask, four longer of two, four longest of three."""
    run = RunFolder(shutil.copytree(exported, tmp_path / "run"))
    records = [
        record.model_copy(update={"num_masks": 1 + number // 4})
        for number, record in enumerate(some_records(12))
    ]
    write_records(run.stage(EXPORT).folder / CONVERSATIONS, records)
    return run


@pytest.fixture
def model(tiny_model) -> ModelConfig:
    return ModelConfig(path=str(tiny_model), dtype="float32")


@pytest.fixture
def lengths(monkeypatch) -> list[int]:
    """The tokens of every example, in the order in which they are trained on."""
    seen: list[int] = []

    def watched(model, *given, **places):
        seen.extend(places["cu_seq_lens_q"].diff().tolist())
        return trainable_nll(model, *given, **places)

    monkeypatch.setattr("training.sft.trainable_nll", watched)
    return seen


def losses(run):
    lines = (run.path / SFT / "metrics.jsonl").read_text().splitlines()
    return {line["step"]: line["loss"] for line in map(json.loads, lines)}


def test_a_schedule_trains_on_few_masks_first(run, model, lengths):
    assert train_sft(run, model, SCHEDULED, run.path).steps == 6
    by_length = sorted(lengths)
    for first in (0, 4, 8):
        assert sorted(lengths[first : first + 4]) == by_length[first : first + 4]


def test_a_broken_schedule_goes_on_exactly(run, model, lengths, tmp_path):
    whole = RunFolder(shutil.copytree(run.path, tmp_path / "whole"))
    counts = train_sft(whole, model, SCHEDULED, whole.path)
    expected = lengths[:]
    lengths.clear()

    def stop(done, total, note=""):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_sft(run, model, SCHEDULED, run.path, Making(progress=stop))
    assert lengths[:8] == expected[:8]
    lengths.clear()
    assert train_sft(run, model, SCHEDULED, run.path) == counts
    assert lengths == expected[8:]  # four steps were saved
    assert losses(run) == pytest.approx(losses(whole), abs=1e-5)


def test_a_schedule_takes_as_many_steps_as_the_epochs_hold(run, model, lengths):
    config = SCHEDULED.model_copy(update={"batch_size": 4, "accumulation": 2, "epochs": 2.0})
    assert train_sft(run, model, config, run.path).steps == 3
    assert len(lengths) == 24


def test_mastery_has_no_scores_in_sft_and_is_one_clear_line():
    with pytest.raises(ConfigError) as refused:
        validated(SftConfig, {"curriculum": {"by": "mastery"}}, "recipe")
    assert str(refused.value) == (
        "recipe: curriculum: SFT has no scores of episodes to go by: use schedule or off"
    )
