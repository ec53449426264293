"""What a DAPO training takes over: its checkpoint, its judge, its guard, what it trains."""

import json
from collections import Counter

import pytest
import torch
from dapo_runs import a_trainer, job, open_run
from fake_endpoint import FakeEndpoint, serving
from lessons import a_task
from safetensors.torch import load_file
from trainings import train_dapo

from masksearch.config import RewardConfig
from masksearch.making import Making
from masksearch.schemas import Guard
from masksearch.stages import CHECKPOINTS, DAPO, MODEL


def test_a_resumed_training_begins_after_its_checkpoint(taught, tmp_path):
    run, seen = open_run(tmp_path / "run"), []

    def stop(done, total, note=""):
        if done == 3 and note.startswith("reward"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_dapo(run, job(taught, steps=4), tmp_path, Making(progress=stop))
    train_dapo(
        run, job(taught, steps=4), tmp_path, Making(progress=lambda *one: seen.append(one[:2]))
    )
    assert min(seen) == (2, 4)  # two steps were saved
    lines = (run.path / DAPO / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4]


def test_a_training_is_finished_with_the_model_of_its_last_checkpoint(taught, tmp_path):
    run = open_run(tmp_path / "run")

    def stop(done, total, note=""):
        if done == 3 and note.startswith("reward"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_dapo(run, job(taught, steps=4), tmp_path, Making(progress=stop))
    checkpoint = run.path / DAPO / CHECKPOINTS / "checkpoint-2"
    saved = load_file(checkpoint / "model.safetensors")
    counts = train_dapo(run, job(taught, steps=4), tmp_path, finish=True)
    assert counts.early_end == "ended early after 2 of 4 steps: the user ended it"
    assert counts.groups_kept == 4  # those of step 3 are not in the model
    made = load_file(run.finished(DAPO).folder / MODEL / "model.safetensors")
    assert all(torch.equal(made[name], saved[name]) for name in saved)


@pytest.mark.parametrize("part", ["sampling", "stream", "curriculum", "health"])
def test_every_part_takes_over_its_own_state(taught, tmp_path, part):
    trainer = a_trainer(taught, tmp_path)
    owner = {
        "sampling": trainer._sampling,
        "stream": trainer._parts.stream,
        "curriculum": trainer._parts.curriculum,
        "health": trainer._health,
    }[part]
    taken = []
    owner.load_state_dict = taken.append
    saved = json.loads(json.dumps(trainer._state()))
    (tmp_path / trainer._state_name()).write_text(json.dumps(saved))
    trainer.restore(tmp_path)
    assert taken == [saved[part]]


def test_what_generates_takes_the_trained_weights_before_every_batch(taught, tmp_path):
    trainer, taken = a_trainer(taught, tmp_path, steps=3), Counter()
    take = trainer._parts.engine.take_weights

    def counted():
        taken[trainer.state.global_step] += 1
        take()

    trainer._parts.engine.take_weights = counted
    trainer.train()
    assert taken == {0: 1, 1: 1, 2: 1}


def test_the_judge_that_the_recipe_names_is_asked(taught, tmp_path, monkeypatch):
    verdict = '{"reason": "so it is", "correct": [true]}'
    endpoint = FakeEndpoint(reply=lambda request: verdict)
    with serving(endpoint):
        monkeypatch.setenv("MASKSEARCH_JUDGE_BASE_URL", endpoint.url)
        monkeypatch.setenv("MASKSEARCH_JUDGE_MODEL", "fake")
        monkeypatch.setenv("MASKSEARCH_MAX_RETRIES", "0")
        wanted = job(taught, reward=RewardConfig(answer="judge"), steps=1)
        train_dapo(open_run(tmp_path / "run"), wanted, tmp_path)
    assert endpoint.requests


@pytest.mark.parametrize("guard", [Guard.PARAGRAPH, Guard.PAGE])
async def test_rollouts_are_under_the_guard_that_the_recipe_names(taught, tmp_path, guard):
    trainer = a_trainer(taught, tmp_path, guard=guard)
    [rollout] = await trainer._parts.worker.roll_out([a_task(0)], [0])
    assert rollout.trajectory.retriever.guard == guard
