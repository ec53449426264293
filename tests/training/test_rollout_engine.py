import pytest
import torch
from pydantic import ValidationError

from masksearch.errors import ConfigError
from training.config import RolloutConfig
from training.rollout.engine import Sampling, Trained
from training.rollout.engines import engine_class
from training.rollout.transformers_engine import TransformersEngine

PROMPTS = [[5, 6, 7], [5, 6, 8, 9]]


def test_in_float32_the_trained_model_itself_generates(loaded):
    engine = TransformersEngine(loaded.model.train(), loaded.tokenizer, torch.float32)
    before = engine.generate(PROMPTS, Sampling(max_tokens=6), [0, 1])
    with torch.no_grad():
        for one in loaded.model.parameters():
            one.add_(torch.randn_like(one) * 0.1)
    assert engine.generate(PROMPTS, Sampling(max_tokens=6), [0, 1]) != before
    assert loaded.model.training, "it is left in the mode in which it was found"


def test_in_bfloat16_a_copy_generates_until_it_is_told_of_new_weights(loaded):
    engine = TransformersEngine(loaded.model, loaded.tokenizer, torch.bfloat16)
    before = engine.generate(PROMPTS, Sampling(max_tokens=6), [0, 1])
    with torch.no_grad():
        for one in loaded.model.parameters():
            one.add_(torch.randn_like(one) * 0.1)
    assert engine.generate(PROMPTS, Sampling(max_tokens=6), [0, 1]) == before
    engine.take_weights()
    assert engine.generate(PROMPTS, Sampling(max_tokens=6), [0, 1]) != before
    assert all(one.dtype == torch.float32 for one in loaded.model.parameters())


def test_an_engine_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ConfigError, match="no rollout engine 'vlm': there are transformers"):
        engine_class("vlm")
    with pytest.raises(ValidationError, match="no rollout engine 'vlm': there are transformers"):
        RolloutConfig(engine="vlm")


def test_the_engine_that_a_recipe_names_is_opened(loaded):
    given = Trained(loaded.model, loaded.tokenizer, torch.float32, RolloutConfig())
    engine = engine_class("transformers").opened(given)
    assert engine.generate(PROMPTS, Sampling(max_tokens=2), [0, 1])[1].ids
    engine.close()
