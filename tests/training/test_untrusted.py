"""A model's folder and a checkpoint are data: nothing in them is run."""

import json
import os
import pickle
import shutil
from contextlib import suppress

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import training.__main__
from masksearch.errors import InputError, ModelError, StoreError
from training.checkpoints import last_checkpoint
from training.config import ModelConfig, SftConfig
from training.jobs import SftJob
from training.models.loading import load_model
from training.process import Listener


class Touches:
    """A pickle that makes a file when it is read."""

    def __init__(self, marker):
        self.command = f"touch {marker}"

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.fixture
def model(tiny_model, tmp_path):
    """A model's folder of its own."""
    return shutil.copytree(tiny_model, tmp_path / "model")


def refused(model, tmp_path) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(ModelConfig(path=str(model), dtype="float32"), tmp_path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def changed(model, name, **fields):
    path = model / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_the_attack_is_real(tmp_path):
    pickle.loads(pickle.dumps(Touches(tmp_path / "marker")))
    assert (tmp_path / "marker").exists()


@pytest.mark.parametrize("whole", [True, False])
def test_weights_that_are_pickles_are_not_read(model, tmp_path, whole):
    weights = load_file(model / "model.safetensors")
    (model / "model.safetensors").unlink()
    torch.save(weights if whole else Touches(tmp_path / "marker"), model / "pytorch_model.bin")
    assert "model.safetensors" in refused(model, tmp_path)
    assert not (tmp_path / "marker").exists()


def test_pickles_beside_the_weights_are_passed_over(model, tmp_path):
    for name in ("pytorch_model.bin", "training_args.bin", "optimizer.pt", "adapter_model.bin"):
        torch.save(Touches(tmp_path / "marker"), model / name)
    load_model(ModelConfig(path=str(model), dtype="float32"), tmp_path)
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_beside_the_weights_is_not_run(model, tmp_path, file, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: "y")  # nobody is asked
    (model / "own.py").write_text(f"open({str(tmp_path / 'marker')!r}, 'w')\nclass Own: ...\n")
    classes = ("AutoConfig", "AutoModelForCausalLM", "AutoModel")
    changed(
        model,
        file,
        auto_map=dict.fromkeys(classes, "own.Own") | {"AutoTokenizer": ["own.Own", "own.Own"]},
        **{"model_type": "own"} if file == "config.json" else {"tokenizer_class": "Own"},
    )
    with suppress(ModelError):  # where transformers has classes of its own for it, those are taken
        load_model(ModelConfig(path=str(model), dtype="float32"), tmp_path)
    assert not (tmp_path / "marker").exists()


def test_generation_code_is_not_run(model, tmp_path):
    (model / "custom_generate").mkdir()
    (model / "custom_generate" / "generate.py").write_text(
        f"open({str(tmp_path / 'marker')!r}, 'w')\ndef generate(*given, **more): ...\n"
    )
    load_model(ModelConfig(path=str(model), dtype="float32"), tmp_path)
    assert not (tmp_path / "marker").exists()


def test_an_adapter_is_refused(model, tmp_path):
    (model / "adapter_config.json").write_text('{"base_model_name_or_path": "/somewhere/else"}')
    assert "merge it into its model first" in refused(model, tmp_path)


def test_a_template_reaches_no_code(model, tmp_path):
    attack = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    (model / "chat_template.jinja").write_text(attack)
    loaded = load_model(ModelConfig(path=str(model), dtype="float32"), tmp_path)
    with pytest.raises(Exception, match="unsafe"):
        loaded.tokenizer.apply_chat_template([{"role": "user", "content": "x"}], tokenize=False)


@pytest.fixture
def checkpoint(tmp_path):
    """What a trainer leaves, as far as it is read."""
    folder = tmp_path / "checkpoints" / "checkpoint-2"
    folder.mkdir(parents=True)
    (folder / "trainer_state.json").write_text("{}")
    torch.save({"state": {0: torch.ones(3)}}, folder / "optimizer.pt")
    numbers = np.random.default_rng(0).integers(0, 9, 624).astype("uint32")
    rng = {"python": (3, (1, 2), None), "numpy": ("MT19937", numbers, 1, 0, 0.0)}
    torch.save(rng, folder / "rng_state.pth")
    return folder


def test_a_checkpoint_of_numbers_is_taken(checkpoint, tmp_path):
    torch.save(Touches(tmp_path / "marker"), checkpoint / "training_args.bin")  # never read
    assert last_checkpoint(checkpoint.parent) == str(checkpoint)
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("name", ["optimizer.pt", "scheduler.pt", "rng_state.pth", "scaler.pt"])
@pytest.mark.parametrize("legacy", [True, False])
def test_a_checkpoint_that_holds_code_is_refused(checkpoint, tmp_path, name, legacy):
    torch.save(
        {"state": Touches(tmp_path / "marker")},
        checkpoint / name,
        _use_new_zipfile_serialization=not legacy,
    )
    with pytest.raises(StoreError, match=f"{name} is damaged, or no data; remove it"):
        last_checkpoint(checkpoint.parent)
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("content", [b"", b"garbage", pickle.dumps({"a": 1}), b"PK\x03\x04"])
def test_a_checkpoint_that_is_damaged_is_refused(checkpoint, content):
    (checkpoint / "optimizer.pt").write_bytes(content)
    with pytest.raises(StoreError, match="cannot resume from"):
        last_checkpoint(checkpoint.parent)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "adapter_model.bin"])
def test_a_checkpoint_with_other_weights_is_refused(checkpoint, tmp_path, name):
    torch.save(Touches(tmp_path / "marker"), checkpoint / name)
    with pytest.raises(StoreError, match="not in safetensors"):
        last_checkpoint(checkpoint.parent)


def test_names_that_are_no_checkpoints_are_left_alone(checkpoint):
    (checkpoint.parent / "checkpoint-x").mkdir()
    (checkpoint.parent / "checkpoint-9").write_text("")
    assert last_checkpoint(checkpoint.parent) == str(checkpoint)
    assert (checkpoint.parent / "checkpoint-x").exists()


def test_a_job_trains_only_where_it_lies(tmp_path):
    job = SftJob(
        stage=tmp_path / "elsewhere",
        home=tmp_path,
        model=ModelConfig(),
        retrievers=(),
        conversations=tmp_path / "sft.jsonl",
        config=SftConfig(),
    )
    (tmp_path / "job.json").write_text(job.model_dump_json())
    with pytest.raises(InputError, match="a job lies in the folder of its stage"):
        training.__main__._train(tmp_path / "job.json", Listener(print, print))
