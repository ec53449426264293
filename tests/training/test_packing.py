import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

from training.data import IGNORED
from training.loss import trainable_nll
from training.models.attention import PACKED, use_packed_attention
from training.packing import PLACES, passes

SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


def batch(lengths, seed=1):
    generator = torch.Generator().manual_seed(seed)
    shape = (len(lengths), max(lengths))
    ids = torch.randint(4, 64, shape, generator=generator)
    mask = torch.tensor([[1] * n + [0] * (shape[1] - n) for n in lengths])
    own = (torch.rand(shape, generator=generator) < 0.5) & mask.bool()
    return ids, mask, torch.where(own, ids, IGNORED)


def gradients(model):
    found = [one.grad.clone() for one in model.parameters()]
    model.zero_grad()
    return found


@pytest.mark.parametrize("most", [1, 30, 1000])
def test_loss_and_gradient_are_those_of_padded_rows(monkeypatch, most):
    monkeypatch.setattr("training.packing._PASS_TOKENS", most)
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**SIZES))
    ids, mask, labels = batch((9, 21, 5, 14))
    padded = trainable_nll(model, ids, mask, labels, 20)
    padded.backward()
    wanted = gradients(model)
    assert use_packed_attention(model)
    total = 0.0
    for part in passes(ids, mask, labels):
        places = {name: part[name] for name in PLACES}
        loss = trainable_nll(model, part["input_ids"], None, part["labels"], 20, **places)
        loss.backward()
        total += loss.item()
    assert total == pytest.approx(padded.item(), rel=1e-5)
    for one, other in zip(gradients(model), wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_every_token_is_read_once_and_no_pass_is_longer_than_it_must_be(monkeypatch):
    monkeypatch.setattr("training.packing._PASS_TOKENS", 30)
    ids, mask, labels = batch((9, 21, 5, 40, 14))
    made = list(passes(ids, mask, labels))
    assert [part["cu_seq_lens_q"].tolist() for part in made] == [
        [0, 9, 30],
        [0, 5],
        [0, 40],
        [0, 14],
    ]
    assert torch.equal(torch.cat([part["input_ids"][0] for part in made]), ids[mask.bool()])
    assert made[0]["position_ids"][0].tolist() == [*range(9), *range(21)]


def test_a_traces_first_token_is_not_learnt_behind_another_trace():
    ids, mask, _ = batch((3, 3))
    (part,) = passes(ids, mask, ids)
    assert part["labels"][0, 3] == IGNORED and part["labels"][0, 4] == ids[1, 1]


def test_a_model_that_does_not_attend_to_all_is_not_packed():
    windowed = MistralForCausalLM(MistralConfig(**SIZES, sliding_window=8))
    assert not use_packed_attention(windowed)
    assert windowed.config._attn_implementation != PACKED


def test_a_model_that_would_mix_traces_is_not_packed():
    class Deaf(LlamaForCausalLM):
        """Passes no borders on to its layers."""

        def get_decoder(self):
            return lambda **given: self.model(
                **{name: one for name, one in given.items() if name != "cu_seq_lens_q"}
            )

    model = Deaf(LlamaConfig(**SIZES))
    assert not use_packed_attention(model)
    assert model.config._attn_implementation == "sdpa"
