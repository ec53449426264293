"""The stage in which a scoring model says how hard every span is to guess.

Passages are scored in groups that are always the same, so that a resumed stage comes to
the same figures, however a batch rounds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from masksearch.config import RampConfig, Section
from masksearch.counts import ScoreCounts
from masksearch.making import RESUMING, Making
from masksearch.manifest import Stage
from masksearch.masking.maskable import Names, is_whole
from masksearch.masking.shard import Sources, spans_of
from masksearch.parquet import read_shard
from masksearch.ports import SpanExtractor, SpanScorer
from masksearch.readings import FoundSpans, ScoredText
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage, Span
from masksearch.spans.build import expect_spans
from masksearch.stages import PASSAGES, SCORES, SPANS
from masksearch.store import Ledger, read_records

GROUP = 64
_DIGITS = 5


class ScoresConfig(Section):
    """The settings that decide which spans are scored."""

    spans: tuple[str, ...]
    ner_pipeline: str


def score_passages(
    run: RunFolder, config: RampConfig, scorer: SpanScorer, making: Making = RESUMING
) -> ScoreCounts:
    """Fill `04-scores` from `02-passages`: every span that may be masked, with its surprisal.

    Progress is counted in passages. Raises StoreError, StaleError, ConfigError.
    """
    passages, stage = run.finished(PASSAGES), run.own(SCORES)
    inputs: dict[str, str | Stage] = {"passages": passages, "scorer": scorer.name}
    sources = Sources(passages.folder)
    if "llm" in config.spans:
        found = run.finished(SPANS)
        inputs["spans"], sources = found, sources._replace(spans=found.folder)
    expect_spans(config)
    settings = ScoresConfig(spans=config.spans, ner_pipeline=config.ner_pipeline)
    if not stage.begin(inputs, settings, making.if_exists):
        total, spans, done = passages.counts.passages, 0, 0
        for path in sorted(passages.folder.glob("*.parquet")):
            extractor = spans_of(config, sources, path.name)
            for scored in _scored(path, stage.folder, extractor, scorer):
                done, spans = done + len(scored), spans + sum(len(one.spans) for one in scored)
                making.progress(done, total, "passages scored")
        stage.finish(ScoreCounts(passages=done, spans=spans, scorer=scorer.name))
    return stage.counts


def _scored(
    shard: Path, folder: Path, extractor: SpanExtractor, scorer: SpanScorer
) -> Iterator[list[FoundSpans]]:
    """The groups of a shard; those of an earlier run are scored again only where torn."""
    path = folder / f"{shard.stem}.jsonl"
    with Ledger(path, "passage_id") as ledger:
        known = {one.passage_id: one for one in read_records(path, FoundSpans)}
        for group in _groups(read_shard(shard, Passage)):
            if all(passage.id in known for passage in group):
                yield [known[passage.id] for passage in group]
                continue
            found = _score(group, extractor, scorer)
            for one in found:
                if one.passage_id not in ledger.keys:
                    ledger.append(one)
            yield found


def _groups(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    waiting = iter(passages)
    while group := list(islice(waiting, GROUP)):
        yield group


def _score(
    group: Sequence[Passage], extractor: SpanExtractor, scorer: SpanScorer
) -> list[FoundSpans]:
    spans = [_worth_scoring(passage, extractor) for passage in group]
    texts = [
        ScoredText(passage.title, passage.text, [span.interval for span in found])
        for passage, found in zip(group, spans, strict=True)
    ]
    return [
        FoundSpans(passage_id=passage.id, spans=tuple(map(_with_surprisal, found, nats)))
        for passage, found, nats in zip(group, spans, scorer.surprisals(texts), strict=True)
    ]


def _worth_scoring(passage: Passage, extractor: SpanExtractor) -> list[Span]:
    """The spans that may be masked in some window of the passage."""
    named = Names(passage.title)
    return [
        span
        for span in extractor.extract(passage)
        if is_whole(passage.text, span.interval, passage.lang) and not named.touched(span.text)
    ]


def _with_surprisal(span: Span, nats: float) -> Span:
    return span.changed(surprisal=round(nats, _DIGITS))
