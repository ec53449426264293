"""Masks that a language model finds hard: harder for another model, and for itself to say."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.ramp.ngrams import Trigrams
from bench.ramp.tasks import excerpt_run
from masksearch.config import RampConfig
from masksearch.evaluation.statistics import Estimate, paired_difference
from masksearch.masking.maskable import Names, Window
from masksearch.masking.masks import APART, choose_masks, seeded
from masksearch.masking.strategies import order_of
from masksearch.parquet import read_shards
from masksearch.readings import ScoredText
from masksearch.schemas import Interval, Passage, Span
from masksearch.scoring.blanks import token_recall
from masksearch.spans.build import build_spans
from masksearch.stages import PASSAGES
from masksearch.text import digest

NUM_SPANS, PER_PASSAGE, LEAST_MASKABLE, LONGEST = 2000, 2, 4, 1200
SPEED_TEXTS, SPEED_ROUNDS = 96, 3
CONTINUED_TOKENS, BATCH = 10, 16


class Case(NamedTuple):
    """A passage with the spans that may be masked, each with its surprisal."""

    passage: Passage
    spans: list[Span]


class Chosen(NamedTuple):
    """The masks of a passage under both strategies."""

    passage: Passage
    hard: tuple[Span, ...]
    any: tuple[Span, ...]


Key = tuple[str, int]


class Blank(NamedTuple):
    """A mask of a passage, which both strategies may have chosen."""

    passage: Passage
    span: Span

    @property
    def key(self) -> Key:
        """The passage and where the mask begins."""
        return self.passage.id, self.span.start

    def asked(self, tokenizer) -> Asked:
        """What stands before the mask, and how many tokens would fill it."""
        before = f"{self.passage.title}\n\n{self.passage.text[: self.span.start].rstrip()}"
        tokens = len(tokenizer(f" {self.span.text}").input_ids)
        return Asked(self, tokenizer(before).input_ids, min(tokens, CONTINUED_TOKENS))


class Asked(NamedTuple):
    """A mask as the model is asked for it."""

    blank: Blank
    prompt: list[int]
    tokens: int


def measure(place: Place) -> Iterator[Result]:
    """Score passages of half of the pages; judge by a model of the other half, and by itself."""
    from cli.models import Models
    from training.config import ModelConfig

    run = excerpt_run(place, place.folder("ramp-hardness") / "run")
    passages = list(read_shards(run.path / PASSAGES, Passage))
    judged = [one for one in passages if _is_judged(one)]
    cases = _cases(judged)
    scorer = Models(ModelConfig(), None, place.home, 1).scorer("smollm2")
    began = time.perf_counter()
    chosen = _choose(cases, scorer)
    say(f"ramp hardness: {len(chosen)} passages scored in {time.perf_counter() - began:.0f} s")
    trigrams = Trigrams(one.text for one in passages if not _is_judged(one))
    yield _by_trigrams(chosen, trigrams)
    yield _by_itself(chosen, scorer)
    yield _speed(cases[:SPEED_TEXTS], scorer)


def _is_judged(passage: Passage) -> bool:
    """Half of the pages, by their ids."""
    return int(digest("half", passage.document_id), 16) % 2 == 0


def _cases(passages: Sequence[Passage]) -> list[Case]:
    """Enough passages that are short and have spans to choose from."""
    extractor = build_spans(RampConfig())
    found = []
    for passage in passages:
        if len(passage.text) > LONGEST:
            continue
        window = Window(passage, Interval(0, len(passage.text)), Names(passage.title))
        spans = window.maskable(extractor.extract(passage))
        if len(spans) >= LEAST_MASKABLE:
            found.append(Case(passage, spans))
    return found[: -(-NUM_SPANS // PER_PASSAGE)]


def _text(case: Case) -> ScoredText:
    return ScoredText(case.passage.title, case.passage.text, [span.interval for span in case.spans])


def _choose(cases: Sequence[Case], scorer) -> list[Chosen]:
    chosen = []
    for case, nats in zip(cases, scorer.surprisals([*map(_text, cases)]), strict=True):
        spans = [
            span.model_copy(update={"surprisal": one})
            for span, one in zip(case.spans, nats, strict=True)
        ]
        rng = seeded(0, case.passage.id)
        masks = (
            choose_masks(PER_PASSAGE, order_of(name, spans, rng), APART)
            for name in ("perplexity", "random")
        )
        chosen.append(Chosen(case.passage, *masks))
    return chosen


def _by_trigrams(chosen: Sequence[Chosen], trigrams: Trigrams) -> Result:
    def mean(passage: Passage, spans: Sequence[Span]) -> float:
        nats = [trigrams.surprisal(passage.text[: s.start], s.text) for s in spans]
        return sum(nats) / len(nats)

    hard = [mean(one.passage, one.hard) for one in chosen]
    other = [mean(one.passage, one.any) for one in chosen]
    found = paired_difference(hard, other)
    measured = f"{_told(found, 'nats a word')} (random {sum(other) / len(other):.2f})"
    return Result("ramp hardness: trigrams", measured, found.low > 0)


def _by_itself(chosen: Sequence[Chosen], scorer) -> Result:
    """The choosing model's own greedy continuation of what stands before each mask."""
    blanks = [[Blank(one.passage, span) for span in one.hard] for one in chosen]
    others = [[Blank(one.passage, span) for span in one.any] for one in chosen]
    recalls = _recalls({blank.key: blank for blank in chain(*blanks, *others)}, scorer)
    hard = [_mean(recalls[blank.key] for blank in each) for each in blanks]
    other = [_mean(recalls[blank.key] for blank in each) for each in others]
    found = paired_difference(hard, other)
    count = sum(map(len, blanks))
    measured = (
        f"recall {_mean(hard):.3f} against {_mean(other):.3f}, {_told(found, '')}, "
        f"{count:,} spans each, its own"
    )
    met = found.high < 0 and count >= NUM_SPANS and count == sum(map(len, others))
    return Result("ramp hardness: continuation", measured, met)


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held)


def _recalls(blanks: Mapping[Key, Blank], scorer) -> dict[Key, float]:
    """Token recall of the model's greedy continuation, cut to the span's number of tokens."""
    from training.models.attention import use_grouped_attention
    from training.models.decoding import Decoder
    from training.rollout.engine import Sampling

    model, tokenizer, _ = scorer.loaded
    use_grouped_attention(model)
    decoder = Decoder(model, tokenizer)
    asked = sorted((blank.asked(tokenizer) for blank in blanks.values()), key=_by_length)
    recalls = {}
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        sampling = Sampling(max_tokens=max(one.tokens for one in batch))
        rows = decoder.decode([one.prompt for one in batch], sampling, [0] * len(batch))
        for one, row in zip(batch, rows, strict=True):
            said = tokenizer.decode(row.ids[: one.tokens])
            recalls[one.blank.key] = token_recall(said, [one.blank.span.text])
        if start % (50 * BATCH) == 0:
            say(f"ramp hardness: {start:,} of {len(asked):,} spans continued")
    return recalls


def _by_length(asked: Asked) -> tuple[int, int]:
    """Those of one length together, so that a batch is as short as it can be."""
    return asked.tokens, len(asked.prompt)


def _speed(cases: Sequence[Case], scorer) -> Result:
    """Tokens a second against one text at a time with all its logits, turn by turn."""
    texts = [_text(case) for case in cases]
    ours, plain = [], []
    for _ in range(SPEED_ROUNDS):
        ours.append(_seconds(scorer.surprisals, texts))
        plain.append(_seconds(_one_by_one, scorer, texts))
    tokenizer = scorer.loaded.tokenizer
    total = sum(len(tokenizer(f"{text.title}\n\n{text.text}").input_ids) for text in texts)
    ratio = min(plain) / min(ours)
    measured = (
        f"{ratio:.2f} times: {total / min(ours):,.0f} against {total / min(plain):,.0f} tokens/s"
    )
    return Result("ramp hardness: speed", measured, ratio >= 1)


def _one_by_one(scorer, texts: Sequence[ScoredText]) -> None:
    import torch

    model, tokenizer, _ = scorer.loaded
    with torch.inference_mode():
        for text in texts:
            ids = tokenizer(f"{text.title}\n\n{text.text}", return_tensors="pt").input_ids
            logits = model(ids, use_cache=False).logits[:, :-1].float()
            torch.log_softmax(logits, dim=-1).gather(-1, ids[:, 1:, None])


def _seconds(work, *arguments) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def _told(found: Estimate, unit: str) -> str:
    return f"{found.mean:+.2f} [{found.low:+.2f}, {found.high:+.2f}] {unit}".strip()


GROUP = Group(
    "ramp hardness",
    (
        Bar("ramp hardness: trigrams", "perplexity − random > 0, 95 %"),
        Bar("ramp hardness: continuation", f"recall lower, ≥ {NUM_SPANS:,} spans"),
        Bar("ramp hardness: speed", "≥ 1 time one by one"),
    ),
    measure,
    minutes=20,
)
