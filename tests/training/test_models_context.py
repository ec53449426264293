from types import SimpleNamespace

import pytest
import torch
from lessons import TOP_K, a_task, bundled_search, system
from trace_records import some_records
from transformers import (
    AutoTokenizer,
    BloomConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    MistralConfig,
)

from masksearch.errors import ChatError, InputError, ModelError
from masksearch.messages import Decoding, Message
from masksearch.readings import ScoredText
from masksearch.schemas import Guard, Interval, Status
from masksearch.store import write_records
from training.conversation_tokens import ConversationTokens
from training.data import read_examples
from training.models.context import context_length
from training.models.decoding import Decoder
from training.models.generator import LocalChat
from training.models.loading import LoadedModel
from training.models.scorer import LocalScorer
from training.rollout.engine import Sampling
from training.rollout.loop import RolloutSettings, RolloutWorker

CONTEXT = 256
UNSET = SimpleNamespace(model_max_length=10**30)
YARN = {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0}
LINEAR = {"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 5e5,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


@pytest.fixture(scope="module")
def short(tiny_model) -> LoadedModel:
    """A model that has an embedding for each of few positions."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=CONTEXT,
        n_embd=32,
        n_layer=1,
        n_head=2,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.bos_token_id,
    )
    return LoadedModel(GPT2LMHeadModel(config).eval(), tokenizer, "short")


@pytest.mark.parametrize(
    ("config", "tokenizer", "length"),
    [
        (GPT2Config(n_positions=256), UNSET, 256),
        (LlamaConfig(max_position_embeddings=128), UNSET, 128),
        (LlamaConfig(max_position_embeddings=4096), SimpleNamespace(model_max_length=512), 512),
        (LlamaConfig(max_position_embeddings=128), SimpleNamespace(), 128),
        (MistralConfig(max_position_embeddings=32768, sliding_window=4096), UNSET, 32768),
        (LlamaConfig(max_position_embeddings=1000, rope_parameters=YARN), UNSET, 4000),
        (LlamaConfig(max_position_embeddings=1000, rope_parameters=LINEAR), UNSET, 2000),
        (LlamaConfig(max_position_embeddings=131_072, rope_parameters=LLAMA3), UNSET, 131_072),
        (BloomConfig(), UNSET, None),
    ],
)
def test_the_models_own_context_is_read(config, tokenizer, length):
    assert context_length(config, tokenizer) == length


async def test_a_conversation_longer_than_the_context_fails_with_the_reason(short):
    chat = LocalChat(short, "short")
    with pytest.raises(ChatError, match=r"has \d+ tokens and the model's context holds 256"):
        await chat.complete([Message(role="user", content="word " * 400)])


async def test_a_reply_that_the_context_has_no_room_for_fails_with_the_reason(short):
    chat = LocalChat(short, "short")
    asked = [Message(role="user", content="word " * 200)]
    left = CONTEXT - len(chat.tokens.prompt(asked))
    with pytest.raises(ChatError, match="context holds 256, so the reply was cut"):
        await chat.complete(asked, Decoding(max_tokens=left + 50))
    assert (await chat.complete(asked, Decoding(max_tokens=left - 1))).finish == "length"


def test_a_row_is_cut_where_the_context_ends_and_the_others_go_on(short):
    decoder = Decoder(short.model, short.tokenizer)
    long, brief = decoder.decode([[5] * 250, [5] * 4], Sampling(max_tokens=20), [0, 1])
    assert (len(long.ids), long.finish) == (6, "length")
    assert len(brief.ids) == 20
    with pytest.raises(ModelError, match="context holds 256"):
        decoder.decode([[5] * CONTEXT], Sampling(max_tokens=1), [0])


def test_an_unbounded_model_is_not_bounded(short):
    decoder = Decoder(short.model, short.tokenizer)
    decoder.context = None
    assert len(decoder.decode([[5] * 9], Sampling(max_tokens=3), [0])[0].ids) <= 3


async def test_a_rollout_that_outgrows_the_context_fails_with_the_reason(short):
    settings = RolloutSettings(
        max_turns=3, top_k=TOP_K, guard=Guard.NONE, max_tokens=8, temperature=1.0, context=CONTEXT
    )
    tokens = ConversationTokens(short.tokenizer)
    never = Decoder(short.model, short.tokenizer).decode
    worker = RolloutWorker(tokens, never, bundled_search(), lambda _: "word " * 300, settings)
    (one,) = await worker.roll_out([a_task(0)], [0])
    assert one.trajectory.status is Status.FAILED
    assert "the model's context holds 256" in one.trajectory.reason
    assert len(system(a_task(0).prompt)) > 0


def test_traces_longer_than_the_context_are_too_long(short, tmp_path):
    path = tmp_path / "sft.jsonl"
    write_records(path, some_records(12))
    tokens = ConversationTokens(short.tokenizer)
    whole = read_examples(path, tokens, 2048, 0)
    lengths = sorted(len(one.input_ids) for one in whole.kept)
    found = read_examples(path, tokens, 2048, 0, context=lengths[3])
    assert (len(found.kept), found.too_long, found.over_context) == (4, 8, 8)
    found = read_examples(path, tokens, lengths[1], 0, context=lengths[3])
    assert (len(found.kept), found.too_long, found.over_context) == (2, 10, 8)
    with pytest.raises(InputError, match="at most 9 tokens to train on: the model's context"):
        read_examples(path, tokens, 2048, 0, context=9)


def test_a_text_is_scored_in_pieces_that_the_context_holds(short):
    words = " ".join(f"word{n}" for n in range(200))
    spans = [Interval(at, at + 7) for at in range(0, len(words) - 7, 50)]
    (nats,) = LocalScorer(short, "short").surprisals([ScoredText("T", words, spans)])
    assert len(nats) == len(spans) and all(one > 0 for one in nats)
