import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from dapo_runs import DAPO, job, open_run
from lessons import bundled_search
from trl import GRPOTrainer

from masksearch.errors import SearchError, StoreError, TrainingError
from masksearch.run_folder import DAPO as STAGE
from masksearch.run_folder import IfExists
from training.checkpoints import CHECKPOINTS, METRICS, MODEL
from training.config import ModelConfig
from training.dapo import trainer as trainer_module
from training.dapo.groups import Row, as_tensors
from training.dapo.train import _parts, rewarded_model, train_dapo
from training.dapo.trainer import DapoTrainer
from training.models.loading import load_model

KILLED_AT = 5
# Times, and the place in the data loader, which only counts steps.
APART = ("generate_seconds", "step_time", "epoch")
CHILD = Path(__file__).parents[1] / "support" / "children" / "dapo.py"


@pytest.fixture(scope="session")
def unbroken(taught, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("dapo") / "run"
    assert child(run, taught).returncode == 0
    return run


def child(run: Path, model: Path, killed_at: int = 0) -> subprocess.CompletedProcess:
    """In a process of its own, as one that is killed must be; so the other can be compared."""
    paths = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, CHILD, run, model, killed_at]
    return subprocess.run(
        list(map(str, command)), env={**os.environ, "PYTHONPATH": paths}, capture_output=True
    )


def steps(run: Path) -> list[dict]:
    lines = (run / STAGE / METRICS).read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in APART} for line in lines]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    loaded = load_model(ModelConfig(path=str(folder)), folder, dtype=torch.float32)
    return dict(loaded.model.named_parameters())


def a_trainer(taught: Path, folder: Path, **settings) -> DapoTrainer:
    wanted = job(taught, **settings)
    loaded = load_model(wanted.model, folder, dtype=torch.float32)
    from lessons import a_task

    parts = _parts(wanted, loaded, [a_task(n) for n in range(7)], torch.float32)
    return DapoTrainer(loaded, wanted.settings.dapo, parts, folder / "checkpoints", bf16=False)


def test_trl_still_has_the_seams_that_are_used():
    def parameters(name):
        return list(inspect.signature(getattr(GRPOTrainer, name)).parameters)

    assert parameters("_prepare_inputs") == ["self", "generation_batch"]
    assert parameters("compute_loss")[:3] == ["self", "model", "inputs"]
    assert parameters("_save_checkpoint") == ["self", "model", "trial"]
    assert "self._metrics = " in inspect.getsource(GRPOTrainer.__init__)
    assert "self._metrics[mode].items()" in inspect.getsource(GRPOTrainer.log)


def test_every_step_learns_from_useful_groups_only(unbroken, taught):
    made = steps(unbroken)
    assert [step["step"] for step in made] == list(range(1, DAPO.steps + 1))
    assert all(step["groups_kept"] == DAPO.groups for step in made)
    assert all(step["grad_norm"] > 0 for step in made)
    assert all(step["reward_low"] <= step["reward"] <= step["reward_high"] for step in made)
    before, after = weights(taught), weights(unbroken / STAGE / MODEL)
    assert not any(torch.equal(before[name], after[name]) for name in before)
    assert not (unbroken / STAGE / CHECKPOINTS).exists()


def test_a_killed_training_goes_on_bit_by_bit(unbroken, taught, tmp_path):
    run = tmp_path / "run"
    assert child(run, taught, KILLED_AT).returncode == -9
    assert steps(run) == steps(unbroken)[: KILLED_AT - 1]
    assert child(run, taught).returncode == 0
    assert steps(run) == steps(unbroken)
    whole, resumed = weights(unbroken / STAGE / MODEL), weights(run / STAGE / MODEL)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_a_training_that_is_done_is_not_done_again(unbroken, taught):
    written = (unbroken / STAGE / METRICS).stat().st_mtime_ns
    counts = train_dapo(open_run(unbroken), job(taught), unbroken)
    assert counts["steps"] == DAPO.steps and counts["ended"] == ""
    assert (unbroken / STAGE / METRICS).stat().st_mtime_ns == written
    assert rewarded_model(open_run(unbroken)) == unbroken / STAGE / MODEL


def test_other_settings_are_refused(unbroken, taught):
    with pytest.raises(StoreError, match="other inputs or settings"):
        train_dapo(open_run(unbroken), job(taught, clip_high=0.3), unbroken)


def test_the_loss_and_its_gradient_are_trl_s(taught, tmp_path):
    trainer = a_trainer(taught, tmp_path)
    model = trainer.model.train()
    trainer.current_gradient_accumulation_steps = trainer.args.gradient_accumulation_steps
    rows = [
        Row([5, 6, 7], [9, 8, 30, 31, 12], [True, True, False, False, True], [-1.0] * 5, 0.7),
        Row([5, 6, 7], [9, 14, 30], [True, True, True], [-3.0] * 3, -1.1),
    ]
    own = sum(sum(row.trainable) for row in rows)
    ours = trainer.compute_loss(model, as_tensors(rows, 0, own, model.device))
    ours.backward()
    gradients = {name: one.grad.clone() for name, one in model.named_parameters()}
    model.zero_grad()
    accumulation = trainer.args.gradient_accumulation_steps / trainer.args.steps_per_generation
    theirs = GRPOTrainer._compute_loss(
        trainer,
        model,
        {
            "prompt_ids": torch.tensor([row.prompt_ids for row in rows]),
            "prompt_mask": torch.ones(2, 3, dtype=torch.long),
            "completion_ids": torch.tensor([rows[0].completion_ids, [9, 14, 30, 0, 0]]),
            "completion_mask": torch.tensor([[1] * 5, [1, 1, 1, 0, 0]]),
            "tool_mask": torch.tensor([[1, 1, 0, 0, 1], [1, 1, 1, 0, 0]]),
            "advantages": torch.tensor([row.advantage for row in rows]),
            "old_per_token_logps": torch.tensor([[-1.0] * 5, [-3.0] * 5]),
            "num_items_in_batch": torch.tensor(own / accumulation),
        },
    )
    theirs.backward()
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-6)
    for name, one in model.named_parameters():
        torch.testing.assert_close(gradients[name], one.grad, atol=1e-6, rtol=1e-5)


def test_several_updates_share_a_batch_and_resume_within_it(taught, tmp_path):
    settings = {"groups": 4, "updates": 2, "steps": 3, "save_steps": 1}
    whole = train_dapo(open_run(tmp_path / "a"), job(taught, **settings), tmp_path)
    assert whole["steps"] == 3
    made = steps(tmp_path / "a")
    assert ["groups_kept" in step for step in made] == [True, False, True]


def test_a_dead_search_stops_training_and_keeps_the_checkpoint(taught, tmp_path):
    class Dying:
        def __init__(self):
            self.alive, self.calls = bundled_search(), 0

        async def search(self, *args, **kwargs):
            self.calls += 1
            if self.calls > 60:
                raise SearchError("connection refused")
            return await self.alive.search(*args, **kwargs)

        def fingerprint(self, **kwargs):
            return self.alive.fingerprint(**kwargs)

    run = open_run(tmp_path / "run")
    with pytest.raises(SearchError, match="searches failed, so training stopped") as caught:
        train_dapo(run, job(taught, search=Dying(), save_steps=1, steps=50), tmp_path)
    assert "connection refused" in str(caught.value)
    assert list((run.stage(STAGE).folder / CHECKPOINTS).glob("checkpoint-*"))


def test_a_loss_that_is_no_number_stops_training_in_one_line(taught, tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        return torch.tensor(float("nan"), requires_grad=True)

    monkeypatch.setattr(trainer_module, "token_level_loss", broken)
    with pytest.raises(TrainingError, match="the loss of step 1 is not a number") as caught:
        train_dapo(open_run(tmp_path / "run"), job(taught), tmp_path)
    assert "\n" not in str(caught.value)


def test_a_collapsed_policy_stops_training_with_the_reason(taught, tmp_path):
    with pytest.raises(TrainingError, match="the policy has collapsed"):
        train_dapo(
            open_run(tmp_path / "run"),
            job(taught, learning_rate=100 * DAPO.learning_rate, steps=50, temperature=0.3),
            tmp_path,
        )


def test_training_may_be_ended_by_its_budget(taught, tmp_path):
    counts = train_dapo(open_run(tmp_path / "run"), job(taught, budget_minutes=1e-9), tmp_path)
    assert counts["steps"] == 0 and "budget of 1e-09 minutes" in counts["ended"]
    again = train_dapo(open_run(tmp_path / "run"), job(taught, steps=1), tmp_path, IfExists.RESTART)
    assert again["steps"] == 1
