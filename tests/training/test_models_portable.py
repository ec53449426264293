import json

import pytest
from transformers import AutoConfig, AutoTokenizer, Gemma3TextConfig, LlamaConfig, PhiConfig

from training.checkpoints import save_model
from training.conversation_tokens import ConversationTokens
from training.models.portable import with_older_settings, with_older_tokens
from training.models.turn_end import end_turns

YARN = {"rope_type": "yarn", "rope_theta": 1e5, "factor": 4.0}
TEXT_ENDS = (
    "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|eot|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def saved(config, folder) -> tuple[dict, dict]:
    """A configuration as transformers 5 writes it, without and with the older names."""
    config.save_pretrained(folder)
    written = json.loads((folder / "config.json").read_text())
    return written, with_older_settings(written)


def test_a_trained_folder_has_both_names_of_the_rotary_base(loaded, tmp_path):
    loaded.model.config.rope_parameters["rope_theta"] = 100_000.0
    save_model(loaded.model, loaded.tokenizer, tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["rope_theta"] == config["rope_parameters"]["rope_theta"] == 100_000.0
    assert config["torch_dtype"] == config["dtype"] == "float32"
    assert "rope_scaling" not in config
    tokenizer = json.loads((tmp_path / "model" / "tokenizer_config.json").read_text())
    assert tokenizer["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert tokenizer["model_input_names"] == ["input_ids", "attention_mask"]
    assert not isinstance(tokenizer.get("extra_special_tokens"), list)


def test_what_is_saved_is_read_as_it_was(loaded, tmp_path):
    folder = tmp_path / "model"
    save_model(loaded.model, loaded.tokenizer, folder)
    again = AutoTokenizer.from_pretrained(folder)
    text = "<|im_start|>user\nWho?<|im_end|> é"
    assert again(text).input_ids == loaded.tokenizer(text).input_ids
    assert ConversationTokens(again).identity == ConversationTokens(loaded.tokenizer).identity
    assert set(again.all_special_tokens) == set(loaded.tokenizer.all_special_tokens)
    read, was = AutoConfig.from_pretrained(folder).to_dict(), loaded.model.config.to_dict()
    assert {**read, "_name_or_path": ""} == {**was, "_name_or_path": "", "dtype": "float32"}


@pytest.mark.parametrize(
    ("config", "older"),
    [
        (LlamaConfig(rope_parameters=YARN), {"rope_theta": 1e5}),
        (PhiConfig(), {"rope_theta": 1e4, "partial_rotary_factor": 0.5}),
        (Gemma3TextConfig(), {"rope_theta": 1e6, "rope_local_base_freq": 1e4}),
    ],
)
def test_every_kind_of_rotary_settings_is_told_in_both_ways(config, older, tmp_path):
    written, both = saved(config, tmp_path)
    assert older.items() <= both.items() and written.items() <= both.items()
    kind = type(config)
    assert kind(**both).rope_parameters == kind(**written).rope_parameters


def test_rotary_scaling_is_told_without_its_base(tmp_path):
    _, both = saved(LlamaConfig(rope_parameters=YARN), tmp_path)
    assert both["rope_scaling"]["factor"] == 4.0 and "rope_theta" not in both["rope_scaling"]


def test_a_configuration_within_another_has_them_too():
    nested = {"text_config": {"rope_parameters": {"rope_theta": 5e5, "rope_type": "default"}}}
    assert with_older_settings(nested)["text_config"]["rope_theta"] == 5e5


def test_special_tokens_in_a_list_get_the_name_that_both_versions_read():
    given = {"tokenizer_class": "Qwen2Tokenizer", "extra_special_tokens": ["<a>"]}
    assert with_older_tokens(given) == {
        "tokenizer_class": "Qwen2Tokenizer",
        "additional_special_tokens": ["<a>"],
    }
    named = {"tokenizer_class": "X", "extra_special_tokens": {"image": "<i>"}}
    assert with_older_tokens(named) == named


def test_generation_ends_where_the_template_ends_a_turn(loaded):
    model, tokens = loaded.model, ConversationTokens(loaded.tokenizer)
    end = loaded.tokenizer.convert_tokens_to_ids("<|im_end|>")
    end_turns(model, tokens)
    assert model.generation_config.eos_token_id == end
    assert model.generation_config.stop_strings is None
    model.generation_config.eos_token_id = [0]
    end_turns(model, tokens)
    assert model.generation_config.eos_token_id == [0, end]


def test_an_end_that_is_no_token_is_a_stop_string(loaded, tmp_path):
    loaded.tokenizer.chat_template = TEXT_ENDS
    end_turns(loaded.model, ConversationTokens(loaded.tokenizer))
    save_model(loaded.model, loaded.tokenizer, tmp_path / "model")
    kept = json.loads((tmp_path / "model" / "generation_config.json").read_text())
    assert kept["stop_strings"] == ["<|eot|>"]
