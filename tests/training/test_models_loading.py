import itertools
import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoTokenizer, GenerationConfig

from masksearch.errors import ModelError
from training.config import ModelConfig
from training.models import loading, precision
from training.models.loading import load_model, locate
from training.models.paths import SMOLLM2
from training.models.precision import resolve_dtype


def test_a_folder_is_itself(tmp_path):
    assert locate(str(tmp_path), tmp_path / "home") == str(tmp_path)


def test_anything_like_owner_and_name_is_a_hub_id(tmp_path):
    assert locate("owner/a-model", tmp_path) == "owner/a-model"


@pytest.mark.parametrize("path", ["missing", "./no/such", "/no/such/model", "~/model", "a/b/c"])
def test_a_path_that_does_not_exist_is_one_clear_line(path, tmp_path):
    with pytest.raises(ModelError, match=f"no model at {path}: give a folder") as refused:
        locate(path, tmp_path)
    assert "\n" not in str(refused.value)


def test_missing_assets_name_their_command(tmp_path):
    with pytest.raises(ModelError, match="run `masksearch assets get`"):
        locate(SMOLLM2, tmp_path)


def test_a_hub_id_that_cannot_be_reached_is_one_clear_line(tmp_path):
    with pytest.raises(ModelError, match="cannot load the model owner/a-model") as refused:
        load_model(ModelConfig(path="owner/a-model"), tmp_path)
    assert "\n" not in str(refused.value)


def test_a_folder_without_a_model_is_one_clear_line(tmp_path):
    with pytest.raises(ModelError, match="cannot load the model") as refused:
        load_model(ModelConfig(path=str(tmp_path)), tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_model_whose_file_is_torn_is_one_clear_line(file, tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    torn = (folder / file).read_bytes()
    (folder / file).write_bytes(torn[: len(torn) // 2])
    with pytest.raises(ModelError, match="cannot load the model") as refused:
        load_model(ModelConfig(path=str(folder), dtype="float32"), tmp_path)
    assert "\n" not in str(refused.value)


def changed(folder, name, **fields):
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def rewritten(folder, change):
    path = folder / "model.safetensors"
    save_file(change(load_file(path)), path, metadata={"format": "pt"})


WRONG = {
    "another's names": (
        lambda at: rewritten(at, lambda kept: {f"their.{name}": kept[name] for name in kept}),
        r"of its weights \d+ are missing, such as ",
    ),
    "one weight short": (
        lambda at: rewritten(at, lambda kept: dict(list(kept.items())[:-1])),
        "of its weights 1 are missing",
    ),
    "another kind": (
        lambda at: changed(at, "config.json", model_type="bert", architectures=["BertLMHeadModel"]),
        "are missing",
    ),
    "no head": (lambda at: changed(at, "config.json", tie_word_embeddings=False), "lm_head.weight"),
    "heads": (
        lambda at: changed(at, "config.json", num_attention_heads=0),
        "cannot load the model",
    ),
    "ends": (
        lambda at: changed(at, "generation_config.json", eos_token_id=[[1]]),
        r"eos_token_id in its generation_config.json is no token's number: \[\[1\]\]",
    ),
    "length": (
        lambda at: changed(at, "tokenizer_config.json", model_max_length="512"),
        "its tokenizer's model_max_length is no number: '512'",
    ),
    "no tokenizer": (lambda at: (at / "tokenizer.json").unlink(), "its tokenizer is missing"),
    "a gguf": (lambda at: (at / "config.json").rename(at / "model.gguf"), "no config.json: give"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_folder_that_transformers_would_make_do_with_is_refused(name, tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    spoil, said = WRONG[name]
    spoil(folder)
    with pytest.raises(ModelError, match=said):
        load_model(ModelConfig(path=str(folder), dtype="float32"), tmp_path)


def test_a_tokenizer_with_more_tokens_than_the_weights_is_refused(tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    changed(folder, "config.json", vocab_size=300)
    rewritten(folder, lambda kept: {name: one[:300].clone() for name, one in kept.items()})
    with pytest.raises(
        ModelError, match=r"its tokenizer has [\d,]+ tokens, and its weights know 300 "
    ):
        load_model(ModelConfig(path=str(folder), dtype="float32"), tmp_path)


def test_the_configured_data_type_can_be_overridden(tiny_model, tmp_path):
    config = ModelConfig(path=str(tiny_model), dtype="bfloat16")
    assert load_model(config, tmp_path).model.dtype is torch.bfloat16
    assert load_model(config, tmp_path, dtype=torch.float32).model.dtype is torch.float32


@pytest.mark.parametrize(("fast", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_the_data_type_is_what_the_machine_is_good_at(monkeypatch, fast, dtype):
    monkeypatch.setattr(precision, "bfloat16_is_fast", lambda: fast)
    assert resolve_dtype("auto") is dtype
    assert resolve_dtype("float32") is torch.float32
    assert resolve_dtype("bfloat16") is torch.bfloat16


@pytest.mark.parametrize(("seconds", "fast"), [(0.5, True), (0.9, False), (5.0, False)])
def test_bfloat16_must_be_clearly_faster(monkeypatch, seconds, fast):
    timed = {torch.bfloat16: seconds, torch.float32: 1.0}
    busy = itertools.cycle([9.0, 1.0, 4.0])  # other work slows most of the probes

    def timing(work):
        return timed[work().dtype] * next(busy)

    monkeypatch.setattr(precision, "_seconds", timing)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert precision.bfloat16_is_fast() is fast


def test_the_machine_can_be_timed():
    assert precision._seconds(precision._multiplication(torch.float32)) > 0


def test_the_asset_ends_its_turns_as_its_template_does(assets_home):
    folder = locate(SMOLLM2, assets_home)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert (tokenizer.eos_token_id, tokenizer.pad_token_id) == (end, end)
    assert AutoConfig.from_pretrained(folder).eos_token_id == end
    assert GenerationConfig.from_pretrained(folder).eos_token_id == end
    assert "<|im_end|>" in tokenizer.chat_template


def test_the_asset_is_converted_once(assets_home):
    weights = lambda: (assets_home / "safetensors" / "model.safetensors").stat()  # noqa: E731
    locate(SMOLLM2, assets_home)
    before = weights().st_mtime_ns
    assert locate(SMOLLM2, assets_home) == str(assets_home / "safetensors")
    assert weights().st_mtime_ns == before


def test_a_conversion_that_was_broken_off_is_made_again(tmp_path, monkeypatch):
    (tmp_path / ".safetensors.part").mkdir()
    (tmp_path / ".safetensors.part" / "config.json").write_text("half")
    monkeypatch.setattr(loading, "gguf_path", lambda home: home / "model.gguf")
    made = []

    def dequantise(gguf, folder):
        made.append(list(folder.iterdir()))
        (folder / "config.json").write_text("whole")

    monkeypatch.setattr(loading, "_dequantise", dequantise)
    assert locate(SMOLLM2, tmp_path) == str(tmp_path / "safetensors")
    locate(SMOLLM2, tmp_path)
    assert made == [[]]
    assert (tmp_path / "safetensors" / "config.json").read_text() == "whole"


@pytest.mark.parametrize(
    ("settings", "package"),
    [
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, "gptqmodel|autoawq"),
        ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, "optimum|gptqmodel"),
        (
            {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}},
            "bitsandbytes",
        ),
        ({"quantization_config": {"quant_method": "hqq"}}, "hqq"),
        ({"attn_implementation": "flash_attention_2"}, "flash-attn"),
    ],
)
def test_a_model_that_needs_a_package_is_one_line_that_names_it(
    settings, package, tiny_model, tmp_path
):
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | settings))
    with pytest.raises(ModelError, match=package) as refused:
        load_model(ModelConfig(path=str(folder), dtype="float32"), tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("settings", [{"hidden_size": "wide"}, {"num_hidden_layers": None}])
def test_a_configuration_that_makes_no_model_is_one_line(settings, tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | settings))
    with pytest.raises(ModelError, match="cannot load the model") as refused:
        load_model(ModelConfig(path=str(folder), dtype="float32"), tmp_path)
    assert "\n" not in str(refused.value)
