import random
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaForCausalLM

from training.models import attention, prefill
from training.models.attention import GROUPED, use_grouped_attention
from training.models.decoding import Decoder, inverse_cdf
from training.models.prefill import shared_prefix
from training.rollout.engine import Sampling

VOCABULARY = 90


@pytest.fixture(scope="module")
def grouped_heads():
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=48,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=6,
        num_key_value_heads=2,
        eos_token_id=None,
        initializer_range=0.3,
    )
    return LlamaForCausalLM(config).eval()


@pytest.fixture
def decoder(grouped_heads, loaded):
    return Decoder(grouped_heads, loaded.tokenizer)


def prompts(seed: int, shared: int = 5) -> list[list[int]]:
    draw = random.Random(seed)
    head = [draw.randrange(3, VOCABULARY) for _ in range(shared)]
    return [
        head + [draw.randrange(3, VOCABULARY) for _ in range(draw.randrange(1, 9))]
        for _ in range(5)
    ]


@given(
    st.lists(st.integers(0, 3), max_size=6),
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1),
)
def test_the_shared_prefix_is_the_longest_that_leaves_each_row_an_id(head, tails):
    rows = [head + tail for tail in tails]
    count = shared_prefix(rows)
    assert len({tuple(row[:count]) for row in rows}) == 1
    longer = {tuple(row[: count + 1]) for row in rows}
    assert len(longer) > 1 or count + 1 in {len(row) for row in rows}


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_inverse_cdf_takes_the_token_whose_share_holds_the_draw(seed, draw):
    logprobs = torch.log_softmax(torch.randn(1, 7, generator=torch.manual_seed(seed)), dim=-1)
    token = inverse_cdf(logprobs, torch.tensor([draw], dtype=torch.float64)).item()
    bounds = [0.0, *logprobs[0].double().exp().cumsum(0).tolist()]
    assert bounds[token] - 1e-9 <= draw * bounds[-1] <= bounds[token + 1] + 1e-9


def test_a_token_without_probability_is_never_drawn():
    logprobs = torch.log(torch.tensor([[0.0, 0.5, 0.0, 0.5, 0.0]]))
    draws = torch.linspace(0, 1 - 1e-12, 101, dtype=torch.float64)
    drawn = inverse_cdf(logprobs.expand(101, -1), draws)
    assert set(drawn.tolist()) == {1, 3}


@pytest.mark.parametrize("temperature", [0.0, 1.3])
def test_rows_do_not_hang_on_their_batch(decoder, temperature):
    sampling = Sampling(max_tokens=12, temperature=temperature)
    asked = prompts(1)
    together = decoder.decode(asked, sampling, range(5))
    alone = [decoder.decode([ids], sampling, [seed])[0] for seed, ids in enumerate(asked)]
    assert [row.ids for row in together] == [row.ids for row in alone]
    assert len({tuple(row.ids) for row in together}) > 1


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_the_logprobs_are_those_of_one_forward_pass(decoder, grouped_heads, temperature):
    asked = prompts(2)
    rows = decoder.decode(asked, Sampling(max_tokens=9, temperature=temperature), range(5))
    for prompt, row in zip(asked, rows, strict=True):
        with torch.no_grad():
            logits = grouped_heads(torch.tensor([prompt + row.ids])).logits[0]
        scored = torch.log_softmax(logits / (temperature or 1.0), dim=-1)[len(prompt) - 1 : -1]
        expected = scored.gather(1, torch.tensor(row.ids)[:, None])[:, 0]
        torch.testing.assert_close(torch.tensor(row.logprobs), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("shared", [0, 5])
@pytest.mark.parametrize("most", [1, 9, 20])
def test_what_is_read_in_pieces_is_continued_the_same(decoder, monkeypatch, shared, most):
    asked = [ids for seed in range(4) for ids in prompts(7, shared)[: seed + 1]]
    at_once = decoder.decode(asked, Sampling(max_tokens=10), range(len(asked)))
    monkeypatch.setattr(prefill, "_PIECE_TOKENS", most)
    in_pieces = decoder.decode(asked, Sampling(max_tokens=10), range(len(asked)))
    for one, other in zip(at_once, in_pieces, strict=True):
        assert one.ids == other.ids
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-5)


def test_rows_that_are_no_longer_wanted_leave(decoder):
    asked = prompts(3)
    full = decoder.decode(asked, Sampling(max_tokens=10), range(5))
    steps = iter(range(1000))
    rows = decoder.decode(
        asked, Sampling(max_tokens=10), range(5), wanted=lambda row: row != 2 or next(steps) < 3
    )
    assert rows[2].ids == full[2].ids[:4]
    assert [row.ids for n, row in enumerate(rows) if n != 2] == [
        row.ids for n, row in enumerate(full) if n != 2
    ]


@pytest.mark.parametrize("padded", [True, False])
def test_grouped_attention_of_one_query_is_sdpa(monkeypatch, padded):
    query, key = torch.randn(3, 6, 1, 4), torch.randn(3, 2, 5, 4)
    value = torch.randn(3, 2, 5, 4)
    mask = torch.ones(3, 1, 1, 5, dtype=torch.bool)
    mask[1, ..., :2] = not padded
    kind = SimpleNamespace(num_key_value_groups=3, is_causal=True)
    expected, _ = attention.sdpa_attention_forward(kind, query, key, value, mask, scaling=0.3)
    monkeypatch.setattr(attention, "sdpa_attention_forward", None)
    with torch.no_grad():
        out, _ = attention.grouped_attention(kind, query, key, value, mask, scaling=0.3)
    torch.testing.assert_close(out, expected)


def test_a_model_decodes_the_same_with_grouped_attention(decoder, grouped_heads):
    asked = prompts(4)
    plain = decoder.decode(asked, Sampling(max_tokens=10), range(5))
    use_grouped_attention(grouped_heads)
    assert grouped_heads.config._attn_implementation == GROUPED
    grouped = decoder.decode(asked, Sampling(max_tokens=10), range(5))
    grouped_heads.set_attn_implementation("sdpa")
    for one, other in zip(plain, grouped, strict=True):
        assert one.ids == other.ids
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-5)
