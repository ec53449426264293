import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from dapo_runs import DAPO, a_trainer, job, open_run
from lessons import bundled_search
from trainings import train_dapo
from trl import GRPOTrainer

from masksearch.errors import ConfigError, SearchError, StoreError, TrainingError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.scoring.reward import Reward
from masksearch.stages import CHECKPOINTS, METRICS, MODEL
from masksearch.stages import DAPO as STAGE
from training.config import ModelConfig
from training.dapo import trainer as trainer_module
from training.dapo.groups import Row, as_tensors
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


def child(
    run: Path, model: Path, killed_at: int = 0, **settings: object
) -> subprocess.CompletedProcess:
    """In a process of its own, as one that is killed must be; so the other can be compared."""
    paths = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, CHILD, run, model, killed_at, json.dumps(settings)]
    return subprocess.run(
        list(map(str, command)), env={**os.environ, "PYTHONPATH": paths}, capture_output=True
    )


def steps(run: Path) -> list[dict]:
    lines = (run / STAGE / METRICS).read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in APART} for line in lines]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    loaded = load_model(ModelConfig(path=str(folder)), folder, dtype=torch.float32)
    return dict(loaded.model.named_parameters())


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
    assert counts.steps == DAPO.steps and counts.ended == ""
    assert (unbroken / STAGE / METRICS).stat().st_mtime_ns == written
    assert open_run(unbroken).finished(STAGE).folder / MODEL == unbroken / STAGE / MODEL


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
    # Rewards without a punishment of length: some groups are useless, others are left over.
    settings = {"groups": 4, "updates": 2, "steps": 4, "save_steps": 1, "soft_length": None}
    settings["longest"] = None
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train_dapo(open_run(whole), job(taught, **settings), whole)
    made = steps(whole)
    assert ["groups_kept" in step for step in made] == [True, False, True, False]
    assert sum(step.get("groups_generated", 0) for step in made) > 2 * 4
    assert child(broken, taught, 4, **settings).returncode == -9
    assert len(steps(broken)) == 3  # so an update of the second batch is still to be made
    train_dapo(open_run(broken), job(taught, **settings), broken)
    assert steps(broken) == made
    theirs = weights(broken / STAGE / MODEL)
    assert all(torch.equal(one, theirs[n]) for n, one in weights(whole / STAGE / MODEL).items())


def test_what_is_logged_is_a_mean_over_all_tokens_of_a_step(taught, tmp_path, monkeypatch):
    """Whatever the micro-batches: short rows weigh as much a token as long ones."""
    found = []
    for size in (1, 8):
        run = tmp_path / str(size)
        train_dapo(open_run(run), job(taught, micro_batch=size, steps=1), tmp_path)
        found.append(steps(run)[0])
    for name in ("entropy", "clipped", "drift"):
        assert found[0][name] == pytest.approx(found[1][name], abs=1e-5)
    assert found[0]["entropy"] > 0 and abs(found[0]["drift"]) < 1e-4
    assert found[0]["length"] > 1 and found[0]["unscored"] == 0 <= found[0]["cut"] <= 1


def test_a_schedule_goes_by_the_budget_that_will_end_the_training(taught, tmp_path):
    trainer = a_trainer(taught, tmp_path, steps=100, budget_minutes=1.0)
    assert trainer._share_done() < 0.5
    trainer._spent = 30.0
    assert 0.5 <= trainer._share_done() < 0.9
    trainer.state.global_step = 95
    assert trainer._share_done() == 0.95


def test_a_dead_judge_stops_training_with_its_reason(taught, tmp_path, monkeypatch):
    async def late(self, rollouts):
        lost = Reward(total=0.0, format=1.0, answer=0.0, unscored="no verdict within 2 s")
        return [lost for _ in rollouts]

    monkeypatch.setattr("masksearch.scoring.reward.ExactReward.__call__", late)
    with pytest.raises(TrainingError, match=r"8 of 8 rollouts could not be scored.*within 2 s"):
        train_dapo(open_run(tmp_path / "run"), job(taught), tmp_path)


def test_a_gradient_that_is_no_number_never_reaches_the_weights(taught, tmp_path, monkeypatch):
    plain = trainer_module.token_level_loss

    def overflowing(losses_N, *args):  # a finite loss whose gradient is not
        return plain(losses_N, *args) + torch.sqrt(losses_N * 0).sum()

    monkeypatch.setattr(trainer_module, "token_level_loss", overflowing)
    run = open_run(tmp_path / "run")
    with pytest.raises(TrainingError, match="the gradient of step 1 is not a number"):
        train_dapo(run, job(taught, save_steps=1), tmp_path)
    assert not list((run.stage(STAGE).folder / CHECKPOINTS).glob("checkpoint-*"))


def test_several_processes_or_gpus_are_refused_in_one_line(taught, tmp_path, monkeypatch):
    run = open_run(tmp_path / "run")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ConfigError, match="2 GPUs are visible and training uses one"):
        train_dapo(run, job(taught), tmp_path)
    monkeypatch.setattr(
        "training.models.loading.PartialState", lambda: SimpleNamespace(num_processes=2)
    )
    with pytest.raises(ConfigError, match="without a launcher"):
        train_dapo(run, job(taught), tmp_path)


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
            job(taught, learning_rate=100 * DAPO.learning_rate, steps=50),
            tmp_path,
        )


def test_training_may_be_ended_by_its_budget(taught, tmp_path):
    counts = train_dapo(open_run(tmp_path / "run"), job(taught, budget_minutes=1e-9), tmp_path)
    assert counts.steps == 0 and "budget of 1e-09 minutes" in counts.ended
    again = train_dapo(
        open_run(tmp_path / "run"), job(taught, steps=1), tmp_path, Making(IfExists.RESTART)
    )
    assert again.steps == 1
