"""The extractors that a recipe names, as one."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.characters import ORDER_MARKS
from masksearch.config import RampConfig
from masksearch.extractors import EXTRACTORS, LLM
from masksearch.ports import SpanExtractor
from masksearch.registry import class_named
from masksearch.schemas import Passage, Span
from masksearch.spans.merge import merge_spans
from masksearch.spans.recorded import RecordedSpans
from masksearch.spans.whole_figures import cuts_figure


class MergedSpans:
    """A SpanExtractor: what several extractors found, without overlaps."""

    def __init__(self, extractors: Sequence[SpanExtractor]) -> None:
        self._extractors = extractors

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order that do not overlap, of whole figures, all seen to their edges."""
        found = (_trimmed(span) for one in self._extractors for span in one.extract(passage))
        text, lang = passage.text, passage.lang
        return merge_spans(s for s in found if not cuts_figure(text, s.interval, lang))


def _trimmed(span: Span) -> Span:
    kept = span.text if span.text.isascii() else span.text.strip(ORDER_MARKS)
    if kept == span.text or not kept:
        return span
    start = span.start + span.text.index(kept)
    return span.changed(start=start, end=start + len(kept), text=kept)


def build_spans(config: RampConfig, llm: SpanExtractor = RecordedSpans({})) -> SpanExtractor:  # noqa: B008
    """The extractors of a recipe; `llm` is what a language model found beforehand.

    Raises ConfigError where an extractor lacks what it needs, such as a pipeline.
    """
    return MergedSpans([_extractor(name, config, llm) for name in config.spans])


def expect_spans(config: RampConfig) -> None:
    """Raise ConfigError where an extractor of the recipe cannot be made.

    To be called before a stage is begun, so that a wrong name clears nothing.
    """
    build_spans(config)


def _extractor(name: str, config: RampConfig, llm: SpanExtractor) -> SpanExtractor:
    if name == LLM:
        return llm
    made: SpanExtractor = class_named(EXTRACTORS, name, "span extractor").from_recipe(config)
    return made
