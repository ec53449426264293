from types import SimpleNamespace

import torch

from training.models.decoding import Sampling
from training.rollout.policy import TransformersPolicy
from training.rollout.vllm import VllmPolicy

PROMPTS = [[5, 6, 7], [5, 6, 8, 9]]


def test_in_float32_the_trained_model_itself_generates(loaded):
    policy = TransformersPolicy(loaded.model.train(), loaded.tokenizer, torch.float32)
    before = policy(PROMPTS, Sampling(max_tokens=6), [0, 1])
    with torch.no_grad():
        for one in loaded.model.parameters():
            one.add_(torch.randn_like(one) * 0.1)
    assert policy(PROMPTS, Sampling(max_tokens=6), [0, 1]) != before
    assert loaded.model.training, "it is left in the mode in which it was found"


def test_in_bfloat16_a_copy_generates_until_it_is_told_of_new_weights(loaded):
    policy = TransformersPolicy(loaded.model, loaded.tokenizer, torch.bfloat16)
    before = policy(PROMPTS, Sampling(max_tokens=6), [0, 1])
    with torch.no_grad():
        for one in loaded.model.parameters():
            one.add_(torch.randn_like(one) * 0.1)
    assert policy(PROMPTS, Sampling(max_tokens=6), [0, 1]) == before
    policy.take_weights()
    assert policy(PROMPTS, Sampling(max_tokens=6), [0, 1]) != before
    assert all(one.dtype == torch.float32 for one in loaded.model.parameters())


class Engine:
    """Answers as TRL's VLLMGeneration does."""

    def __init__(self, completions):
        self.completions, self.synced, self.asked = completions, 0, None

    def sync_weights(self):
        self.synced += 1

    def generate(self, prompts, images, num_generations):
        self.asked = (prompts, images, num_generations)
        self.seen = SimpleNamespace(
            length=self.max_completion_length,
            temperature=self.temperature,
            kwargs=self.generation_kwargs,
        )
        logprobs = [[[-0.5 * n] for n in range(len(ids))] for ids in self.completions]
        return prompts, self.completions, logprobs, None


def test_vllm_s_answers_pass_through_as_the_port_wants_them(loaded):
    tokenizer = loaded.tokenizer
    stopped = tokenizer("so</search>", add_special_tokens=False).input_ids
    cut = tokenizer("and so on", add_special_tokens=False).input_ids
    engine = Engine([stopped, [*cut, tokenizer.eos_token_id], cut])
    policy = VllmPolicy(engine, tokenizer)
    policy.take_weights()
    rows = policy([*PROMPTS, [5]], Sampling(("</search>",), 40, 0.9), [0, 1, 2])
    assert [row.finish for row in rows] == ["stop", "end", "length"]
    assert [row.ids for row in rows] == [stopped, cut, cut]
    assert rows[0].logprobs == [-0.5 * n for n in range(len(stopped))]
    assert len(rows[1].logprobs) == len(cut)
    assert rows[1].end == (tokenizer.eos_token_id, -0.5 * len(cut))
    assert rows[0].end is None and rows[2].end is None
    assert engine.synced == 1 and engine.asked == ([*PROMPTS, [5]], None, 1)
    assert engine.seen == SimpleNamespace(
        length=40, temperature=0.9, kwargs={"stop": ["</search>"]}
    )
