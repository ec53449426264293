import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from finishing import finish
from trace_records import some_records
from trainings import train_sft

from masksearch.config import ExportConfig
from masksearch.errors import InputError, StaleError, StoreError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.run_folder import RunFolder
from masksearch.stages import CHECKPOINTS, CONVERSATIONS, EXPORT, METRICS, MODEL, SFT
from masksearch.store import write_records
from training.checkpoints import last_checkpoint
from training.config import CurriculumConfig, ModelConfig, SftConfig
from training.models.loading import load_model

SIX_STEPS = SftConfig(batch_size=2, save_steps=2, warmup_share=0.2, learning_rate=1e-2)
KILLED_AT = 6
PROGRAM = """
import os, signal, sys
sys.path[:0] = {paths!r}
import torch
torch.set_num_threads(1)
from pathlib import Path
from masksearch.making import Making
from masksearch.run_folder import RunFolder
from training.config import ModelConfig, SftConfig
from trainings import train_sft

def progress(done, total, note=""):
    if done == {killed_at}:
        os.kill(os.getpid(), signal.SIGKILL)

folder, model, config = sys.argv[1:]
train_sft(RunFolder(Path(folder)), ModelConfig(path=model, dtype="float32"),
          SftConfig.model_validate_json(config), Path(folder), Making(progress=progress))
"""


@pytest.fixture
def run(exported, tmp_path) -> RunFolder:
    """A run folder of its own that has come as far as its export."""
    return RunFolder(shutil.copytree(exported, tmp_path / "run"))


@pytest.fixture
def model(tiny_model) -> ModelConfig:
    return ModelConfig(path=str(tiny_model), dtype="float32")


@pytest.fixture(scope="module")
def unbroken(exported, tiny_model, tmp_path_factory) -> Path:
    """A run that was trained for six steps without a break."""
    folder = shutil.copytree(exported, tmp_path_factory.mktemp("unbroken") / "run")
    model = ModelConfig(path=str(tiny_model), dtype="float32")
    train_sft(RunFolder(folder), model, SIX_STEPS, folder)
    return folder


@pytest.fixture(scope="module")
def killed(exported, tiny_model, tmp_path_factory) -> Path:
    """The same, killed with SIGKILL in its sixth step, when four are saved."""
    folder = shutil.copytree(exported, tmp_path_factory.mktemp("killed") / "run")
    root = Path(__file__).parents[2]
    program = PROGRAM.format(
        paths=[str(root), str(root / "tests" / "support")], killed_at=KILLED_AT
    )
    done = subprocess.run(
        [sys.executable, "-c", program, folder, tiny_model, SIX_STEPS.model_dump_json()],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return folder


@pytest.fixture
def interrupted(killed, tmp_path) -> RunFolder:
    """A copy of the killed run."""
    return RunFolder(shutil.copytree(killed, tmp_path / "killed"))


def losses(run: Path) -> list[tuple[int, float]]:
    lines = (run / SFT / METRICS).read_text().splitlines()
    return [(line["step"], line["loss"]) for line in map(json.loads, lines)]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    loaded = load_model(ModelConfig(path=str(folder)), folder, dtype=torch.float32)
    return dict(loaded.model.named_parameters())


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_trains_and_saves_a_model_that_can_be_loaded(unbroken, tiny_model):
    run = RunFolder(unbroken)
    folder = run.finished(SFT).folder / MODEL
    assert folder == unbroken / SFT / MODEL
    before, after = weights(tiny_model), weights(folder)
    assert not any(torch.equal(before[name], after[name]) for name in before)
    counts = run.stage(SFT).counts
    assert (counts.traces, counts.available, counts.steps) == (12, 12, 6)
    steps = losses(unbroken)
    assert [step for step, _ in steps] == [1, 2, 3, 4, 5, 6]
    assert steps[-1][1] < steps[0][1] - 1
    assert counts.loss == pytest.approx(sum(loss for _, loss in steps) / 6, abs=1e-3)
    assert not (unbroken / SFT / CHECKPOINTS).exists()


def test_a_killed_training_goes_on_and_ends_as_an_unbroken_one(interrupted, model, unbroken):
    assert losses(interrupted.path) == losses(unbroken)[:5]
    counts = train_sft(interrupted, model, SIX_STEPS, interrupted.path)
    assert counts.steps == 6
    steps = losses(interrupted.path)
    # Step 5 was not saved, which is within `save_steps`: it is made again, and stands once.
    assert [step for step, _ in steps] == [1, 2, 3, 4, 5, 6]
    assert counts == RunFolder(unbroken).stage(SFT).counts
    assert dict(steps) == pytest.approx(dict(losses(unbroken)), abs=1e-5)
    ended, whole = (
        weights(interrupted.finished(SFT).folder / MODEL),
        weights(RunFolder(unbroken).finished(SFT).folder / MODEL),
    )
    for name in whole:
        torch.testing.assert_close(ended[name], whole[name], rtol=0, atol=1e-5)


@pytest.mark.parametrize("torn", [None, "", '{"global_step": 2, "log_his'])
def test_a_torn_checkpoint_is_discarded(interrupted, model, torn):
    state = interrupted.path / SFT / CHECKPOINTS / "checkpoint-4" / "trainer_state.json"
    state.unlink()
    if torn is not None:
        state.write_text(torn)
    told = []
    train_sft(
        interrupted,
        model,
        SIX_STEPS,
        interrupted.path,
        Making(progress=lambda n, *_: told.append(n)),
    )
    assert told == [2, 3, 4, 5, 6]  # gone on from step 2


def test_without_a_whole_checkpoint_training_begins_again(tmp_path):
    for step in (2, 10):
        (tmp_path / f"checkpoint-{step}").mkdir()
    assert last_checkpoint(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    assert last_checkpoint(tmp_path / "missing") is None


def test_the_newest_checkpoint_is_that_of_the_highest_step(tmp_path):
    for step in (2, 10, 9):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-10")


def test_a_training_that_is_done_is_not_done_again(unbroken, tiny_model, monkeypatch):
    run, model = RunFolder(unbroken), ModelConfig(path=str(tiny_model), dtype="float32")
    monkeypatch.setattr("training.sft.load_model", None)
    before = (unbroken / SFT / METRICS).stat().st_mtime_ns
    assert train_sft(run, model, SIX_STEPS, unbroken) == run.stage(SFT).counts
    assert (unbroken / SFT / METRICS).stat().st_mtime_ns == before


def test_other_settings_are_refused_and_nothing_is_lost(unbroken, tiny_model):
    run, model = RunFolder(unbroken), ModelConfig(path=str(tiny_model), dtype="float32")
    other = SIX_STEPS.model_copy(update={"learning_rate": 1e-3})
    with pytest.raises(StaleError, match=r"learning_rate: 0\.01 → 0\.001"):
        train_sft(run, model, other, unbroken)
    with pytest.raises(StaleError, match="model"):
        train_sft(run, ModelConfig(path="other/model"), SIX_STEPS, unbroken)
    assert run.finished(SFT).folder.is_dir()


def test_a_restart_trains_from_the_start(interrupted, model):
    other = SIX_STEPS.model_copy(update={"learning_rate": 1e-3})
    told = []
    counts = train_sft(
        interrupted,
        model,
        other,
        interrupted.path,
        Making(IfExists.RESTART, lambda n, *_: told.append(n)),
    )
    assert told == [0, 1, 2, 3, 4, 5, 6]
    assert counts.steps == 6


def test_fewer_traces_than_a_batch_are_one_clear_line(run, model):
    with pytest.raises(InputError, match="12 traces are fewer than one batch of 16") as refused:
        train_sft(run, model, SftConfig(batch_size=8, accumulation=2), run.path)
    assert "\n" not in str(refused.value)
    train_sft(run, model, SftConfig(batch_size=6), run.path)  # nothing was lost, nothing is stale


def test_under_a_curriculum_the_line_tells_how_many_traces_there_are_too(run, model):
    config = SftConfig(batch_size=8, accumulation=2, curriculum=CurriculumConfig(by="schedule"))
    with pytest.raises(InputError, match="12 traces are fewer than one batch of 16"):
        train_sft(run, model, config, run.path)


def test_an_export_that_is_not_finished_names_its_command(tmp_path, model):
    with pytest.raises(StoreError, match="run `masksearch export --run "):
        train_sft(RunFolder(tmp_path / "run"), model, SIX_STEPS, tmp_path)
    with pytest.raises(StoreError, match="run `masksearch train sft --run "):
        RunFolder(tmp_path / "run").finished(SFT).folder / MODEL


def test_a_full_disk_is_one_clear_line_and_the_rest_is_kept(interrupted, model, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("transformers.PreTrainedModel.save_pretrained", full)
        with pytest.raises(StoreError, match="no space left on the disk") as refused:
            train_sft(interrupted, model, SIX_STEPS, interrupted.path)
    assert "\n" not in str(refused.value)
    assert train_sft(interrupted, model, SIX_STEPS, interrupted.path).steps == 6


def test_an_accumulated_step_is_one_big_batch(exported, tiny_model, tmp_path):
    model = ModelConfig(path=str(tiny_model), dtype="float32")
    made = []
    for batch_size, accumulation in ((12, 1), (4, 3)):
        run = RunFolder(shutil.copytree(exported, tmp_path / str(accumulation)))
        config = SftConfig(batch_size=batch_size, accumulation=accumulation, warmup_share=0)
        assert train_sft(run, model, config, run.path).steps == 1
        made.append((losses(run.path)[0][1], weights(run.finished(SFT).folder / MODEL)))
    (loss, whole), (accumulated_loss, accumulated) = made
    assert accumulated_loss == pytest.approx(loss, rel=1e-5)
    for name in whole:
        # Adam's first step is as long as the learning rate, whichever way a gradient points.
        far = (whole[name] - accumulated[name]).abs() > 1e-5
        assert far.float().mean() < 1e-3


def test_the_loss_is_that_of_trl(run, model, unbroken, monkeypatch):
    monkeypatch.setattr("training.sft.has_plain_head", lambda _: False)
    train_sft(run, model, SIX_STEPS, run.path)
    assert dict(losses(run.path)) == pytest.approx(dict(losses(unbroken)), rel=1e-4)


def test_the_budget_scales_the_traces_at_a_rate_that_is_measured_once(
    run, model, monkeypatch, tmp_path
):
    measured = []

    def rate(*_, **__):
        measured.append(1)
        return 10.0

    monkeypatch.setattr("training.sft.training_rate", rate)
    told = []

    def stop(done, total, note=""):
        told.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    # 10 tokens/s at 0.8 for 90 s are 720 tokens: some six of the twelve traces.
    config = SftConfig(batch_size=2, save_steps=1, budget_minutes=720 / (10 * 0.8 * 60))
    with pytest.raises(KeyboardInterrupt):
        train_sft(run, model, config, run.path, Making(progress=stop))
    assert run.stage(SFT).facts["tokens_per_second"] == 10.0
    counts = train_sft(run, model, config, run.path)
    assert len(measured) == 1
    assert 0 < counts.tokens <= 720 * 1.2 and 5 <= counts.traces <= 8 < counts.available
    assert told[-1][1] == counts.steps == counts.traces // 2
    assert counts.early_end == (
        f"ended early after {counts.steps} of 6 steps: "
        f"its budget of {config.budget_minutes:g} minutes allowed no more"
    )
    # Made again, it is measured again: the machine may be another one.
    train_sft(run, model, config, run.path, Making(IfExists.RESTART))
    assert len(measured) == 2


def test_a_budget_measures_this_machine(run, model):
    counts = train_sft(run, model, SftConfig(batch_size=4, budget_minutes=60, epochs=0.5), run.path)
    assert counts.traces == 8 and counts.steps == 2  # what half an epoch showed it
    assert run.stage(SFT).facts["tokens_per_second"] > 50


def test_a_recipe_fixes_how_many_traces_are_learnt_on_any_machine(run, model, monkeypatch):
    made = []
    for rate in (0.2, 1e6):
        monkeypatch.setattr("training.sft.training_rate", lambda *_, rate=rate, **__: rate)
        config = SIX_STEPS.changed(limit=8)
        counts = train_sft(run, model, config, run.path, Making(IfExists.RESTART))
        made.append((counts, losses(run.path)))
    (slow, slow_losses), (fast, fast_losses) = made
    assert slow == fast and slow_losses == fast_losses
    assert (slow.traces, slow.available, slow.steps, slow.planned) == (8, 12, 4, 4)
    assert slow.early_end == ""


def test_what_it_will_take_is_told_before_the_first_step_and_what_it_makes_after_each(
    run, model, monkeypatch
):
    monkeypatch.setattr("training.sft.training_rate", lambda *_, **__: 10.0)
    told = []

    def note(done, total, said=""):
        told.append((done, total, said))
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_sft(run, model, SIX_STEPS, run.path, Making(progress=note))
    assert [(done, total) for done, total, _ in told[:2]] == [(0, 6), (1, 6)]
    assert told[0][2].startswith("about 3 min at 8 tokens/s")
    assert re.fullmatch(r"loss \d+\.\d{3}, \d+ tokens/s", told[1][2])
    again = []
    train_sft(run, model, SIX_STEPS, run.path, Making(progress=lambda *one: again.append(one)))
    assert again[0][:2] == (2, 6) and again[0][2].startswith("about 2 min at 8")  # of what is left


def test_a_training_is_finished_with_the_model_of_its_last_checkpoint(interrupted, model):
    saved = weights(interrupted.path / SFT / CHECKPOINTS / "checkpoint-4")
    counts = train_sft(interrupted, model, SIX_STEPS, interrupted.path, finish=True)
    assert (counts.traces, counts.steps, counts.planned) == (8, 4, 6)
    assert counts.early_end == "ended early after 4 of 6 steps: the user ended it"
    assert same(weights(interrupted.finished(SFT).folder / MODEL), saved)
    assert [step for step, _ in losses(interrupted.path)] == [1, 2, 3, 4]
    assert counts.loss == pytest.approx(
        sum(loss for _, loss in losses(interrupted.path)) / 4, abs=1e-3
    )
    assert not (interrupted.path / SFT / CHECKPOINTS).exists()
    # It is done: neither command does anything more.
    assert train_sft(interrupted, model, SIX_STEPS, interrupted.path) == counts
    assert train_sft(interrupted, model, SIX_STEPS, interrupted.path, finish=True) == counts


def test_there_is_nothing_to_finish_before_a_step_is_saved(run, model):
    with pytest.raises(StoreError, match=r"no saved step.*`masksearch train sft`"):
        train_sft(run, model, SIX_STEPS, run.path, finish=True)
    assert not run.own(SFT).begun


def test_a_finished_training_is_not_one_with_other_settings(interrupted, model):
    other = SIX_STEPS.changed(learning_rate=1e-3)
    with pytest.raises(StaleError, match="learning_rate"):
        train_sft(interrupted, model, other, interrupted.path, finish=True)


def test_long_traces_are_left_out_and_counted(tmp_path, model):
    run = RunFolder(tmp_path / "run")
    stage = run.stage(EXPORT)
    stage.begin({}, ExportConfig())
    finish(stage, records=write_records(stage.folder / CONVERSATIONS, some_records(40)))
    counts = train_sft(run, model, SftConfig(batch_size=4, max_length=128), run.path)
    assert counts.too_long > 5 and counts.too_long + counts.available == 40


def test_trains_in_bfloat16_and_keeps_float32_weights(run, tiny_model):
    config = SftConfig(batch_size=6, learning_rate=1e-3)
    model = ModelConfig(path=str(tiny_model), dtype="bfloat16")
    counts = train_sft(run, model, config, run.path)
    assert counts.steps == 2
    saved = json.loads((run.finished(SFT).folder / MODEL / "config.json").read_text())
    assert saved["dtype"] == "float32"
    assert not same(weights(run.finished(SFT).folder / MODEL), weights(tiny_model))
