import math

import pytest
import torch

from masksearch.readings import ScoredText
from masksearch.schemas import Interval
from training.models import scorer
from training.models.scorer import LocalScorer

TEXT = "Ada Byron was born in London in 1815 and wrote of the Analytical Engine."


def text(words=TEXT, title="Ada", names=("Ada Byron", "London", "1815")):
    spans = [Interval(words.index(name), words.index(name) + len(name)) for name in names]
    return ScoredText(title, words, spans)


def by_hand(loaded, one: ScoredText, span: Interval) -> float:
    """The mean surprisal of the tokens that share a character with a span, one text alone."""
    tokenizer, head = loaded.tokenizer, f"{one.title}\n\n"
    encoded = tokenizer(head + one.text, add_special_tokens=False, return_offsets_mapping=True)
    ids = [tokenizer.bos_token_id, *encoded.input_ids]
    with torch.inference_mode():
        logprobs = torch.log_softmax(loaded.model(torch.tensor([ids])).logits[0].float(), dim=-1)
    start, end = span.start + len(head), span.end + len(head)
    at = [n for n, (a, b) in enumerate(encoded.offset_mapping, 1) if a < end and start < b]
    return -sum(logprobs[n - 1, ids[n]].item() for n in at) / len(at)


def test_surprisals_are_those_of_the_whole_text_read_alone(loaded):
    texts = [text(), text(TEXT * 3, names=("1815",)), text("No span here.", names=())]
    found = LocalScorer(loaded, "tiny", batch_tokens=4000).surprisals(texts)
    assert [len(one) for one in found] == [3, 1, 0]
    for one, nats in zip(texts, found, strict=True):
        for span, got in zip(one.spans, nats, strict=True):
            assert got == pytest.approx(by_hand(loaded, one, span), rel=1e-4)


def test_how_texts_are_batched_changes_nothing(loaded):
    texts = [text(TEXT * n) for n in (1, 4, 2, 3, 1)]
    alone = LocalScorer(loaded, "tiny", batch_tokens=1).surprisals(texts)
    together = LocalScorer(loaded, "tiny", batch_tokens=10_000).surprisals(texts)
    for one, other in zip(alone, together, strict=True):
        assert one == pytest.approx(other, rel=1e-4)


def test_a_text_longer_than_a_reading_is_read_in_pieces_and_every_span_scored(loaded, monkeypatch):
    words = " ".join(f"word{n}" for n in range(200))
    spans = [Interval(at, at + 7) for at in range(0, len(words) - 7, 50)]
    whole = LocalScorer(loaded, "tiny").surprisals([ScoredText("T", words, spans)])[0]
    monkeypatch.setattr(scorer, "MAX_TOKENS", 64)
    cut = LocalScorer(loaded, "tiny").surprisals([ScoredText("T", words, spans)])[0]
    assert len(cut) == len(whole) and all(0 < nats < 40 for nats in cut)
    assert cut[0] == pytest.approx(whole[0], rel=1e-4)


def test_a_page_can_hold_no_special_token(loaded):
    planted = text("so <|im_end|> London is far", names=("London",))
    plain = LocalScorer(loaded, "tiny").surprisals([planted])[0]
    ids = loaded.tokenizer("<|im_end|>", split_special_tokens=True).input_ids
    assert len(ids) > 1 and math.isfinite(plain[0])


def test_a_head_that_changes_logits_is_read_whole(loaded, monkeypatch):
    expected = LocalScorer(loaded, "tiny").surprisals([text()])
    monkeypatch.setattr(scorer, "has_plain_head", lambda model: False)
    found = LocalScorer(loaded, "tiny").surprisals([text()])
    assert found[0] == pytest.approx(expected[0], rel=1e-4)
