"""What DAPO is started on or meets on its way: one clear line, and nothing lost."""

import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
import torch
import transformers.modeling_utils
from dapo_runs import job, open_run
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from trainings import train_dapo

from masksearch.errors import MaskSearchError, ModelError, StoreError, TrainingError
from masksearch.making import Making
from masksearch.stages import CHECKPOINTS, METRICS, MODEL
from masksearch.stages import DAPO as STAGE
from training import checkpoints

STEPS = 3
Usage = namedtuple("Usage", "total used free")


def one_line(kind: type[MaskSearchError], folder: Path, model: Path, **settings) -> str:
    with pytest.raises(kind) as caught:
        train_dapo(open_run(folder / "run"), job(model, **settings), folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def changed(model: Path, folder: Path) -> Path:
    return Path(shutil.copytree(model, folder / "changed"))


def without(model: Path, folder: Path, *names: str) -> Path:
    """The model with a tokenizer that lacks tokens."""
    copy = changed(model, folder)
    path = copy / "tokenizer_config.json"
    config = json.loads(path.read_text())
    kept = {k: v for k, v in config.items() if not k.startswith(tuple(f"{n}_token" for n in names))}
    path.write_text(json.dumps(kept))
    return copy


def test_no_useful_group_for_many_prompts_is_one_line(tiny_model, tmp_path):
    # It has learnt nothing, so every rollout runs into its limit and earns as little.
    said = one_line(TrainingError, tmp_path, tiny_model, max_tokens=8, patience=6)
    assert "for 6 prompts in a row" in said and "try easier or harder tasks" in said
    assert not (tmp_path / "run" / STAGE / MODEL).exists()


def test_a_tokenizer_without_a_chat_template_is_refused(tiny_model, tmp_path):
    model = changed(tiny_model, tmp_path)
    (model / "chat_template.jinja").unlink()
    assert one_line(ModelError, tmp_path, model).endswith("has no chat template")


def test_a_tokenizer_without_a_pad_token_pads_with_what_ends_a_turn(taught, tmp_path):
    model = without(taught, tmp_path, "pad")
    counts = train_dapo(open_run(tmp_path / "run"), job(model, steps=1), tmp_path)
    assert counts.steps == 1


def test_a_tokenizer_with_no_token_to_pad_with_is_refused(tiny_model, tmp_path):
    said = one_line(ModelError, tmp_path, without(tiny_model, tmp_path, "pad", "eos"))
    assert "neither a pad token nor one that ends a turn" in said


def test_weights_that_are_no_numbers_are_refused(tiny_model, tmp_path):
    model = changed(tiny_model, tmp_path)
    weights = load_file(model / "model.safetensors")
    weights["model.norm.weight"].fill_(torch.nan)
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    assert "probabilities are not numbers" in one_line(ModelError, tmp_path, model)


def full_for_safetensors(monkeypatch) -> None:
    def save(weights, path, **_):
        Path(path).write_bytes(b"half of it")
        raise SafetensorError(
            "Error while serializing: I/O error: No space left on device (os error 28)"
        )

    monkeypatch.setattr(transformers.modeling_utils, "safe_save_file", save)


def full_for_torch(monkeypatch) -> None:
    def save(state, path, *_, **__):
        Path(path).write_bytes(b"half of it")
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534")

    monkeypatch.setattr(torch, "save", save)
    monkeypatch.setattr(checkpoints.shutil, "disk_usage", lambda path: Usage(9, 9, 0))


@pytest.mark.parametrize("fill", [full_for_safetensors, full_for_torch])
def test_a_full_disk_at_a_checkpoint_keeps_the_one_before(taught, tmp_path, monkeypatch, fill):
    folder, wanted = tmp_path / "run", job(taught, steps=STEPS, save_steps=1)

    def progress(done, total, note=""):
        if done == 2:  # the first checkpoint is on the disk
            fill(monkeypatch)

    with pytest.raises(StoreError, match="no space left on the disk") as caught:
        train_dapo(open_run(folder), wanted, tmp_path, Making(progress=progress))
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    before = (folder / STAGE / METRICS).read_text().splitlines()
    kept = checkpoints.last_checkpoint(folder / STAGE / CHECKPOINTS)
    assert kept and kept.endswith("checkpoint-1")
    assert train_dapo(open_run(folder), wanted, tmp_path).steps == STEPS
    after = (folder / STAGE / METRICS).read_text().splitlines()
    assert after[0] == before[0] and len(after) == STEPS
