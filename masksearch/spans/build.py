"""The extractors that a recipe names, as one."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.config import RampConfig
from masksearch.ports import SpanExtractor
from masksearch.schemas import Passage, Span
from masksearch.spans.links import LinkSpans
from masksearch.spans.merge import merge_spans
from masksearch.spans.ner import NerSpans, load_pipeline
from masksearch.spans.patterns import PatternSpans
from masksearch.spans.recorded import RecordedSpans


class MergedSpans:
    """A SpanExtractor: what several extractors found, without overlaps."""

    def __init__(self, extractors: Sequence[SpanExtractor]) -> None:
        self._extractors = extractors

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order that do not overlap."""
        return merge_spans(span for one in self._extractors for span in one.extract(passage))


def build_spans(config: RampConfig, llm: SpanExtractor = RecordedSpans({})) -> SpanExtractor:  # noqa: B008
    """The extractors of a recipe; `llm` is what a language model found beforehand.

    Raises ConfigError where a pipeline for named entities is missing.
    """
    return MergedSpans([_extractor(name, config, llm) for name in config.spans])


def expect_spans(config: RampConfig) -> None:
    """Raise ConfigError where a pipeline for named entities is missing.

    To be called before a stage is begun, so that a wrong name clears nothing.
    """
    if "ner" in config.spans:
        load_pipeline(config.ner_pipeline)


def _extractor(name: str, config: RampConfig, llm: SpanExtractor) -> SpanExtractor:
    match name:
        case "link":
            return LinkSpans()
        case "pattern":
            return PatternSpans()
        case "ner":
            return NerSpans(config.ner_pipeline)
        case _:
            return llm
