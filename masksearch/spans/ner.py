"""Named entities by any installed spaCy pipeline (the optional extra `ner`)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from masksearch.config import RampConfig
from masksearch.errors import ConfigError
from masksearch.language import base_language
from masksearch.schemas import Passage, Span, SpanSource, SpanType

if TYPE_CHECKING:
    from spacy.language import Language

_TYPES = {
    SpanType.PERSON: ("PERSON", "PER"),
    SpanType.PLACE: ("GPE", "LOC", "FAC", "LOCATION"),
    SpanType.ORGANISATION: ("ORG", "NORP", "ORGANIZATION"),
    SpanType.DATE: ("DATE", "TIME"),
    SpanType.NUMBER: ("MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"),
    SpanType.TERM: ("LANGUAGE", "LAW"),
}
_BY_LABEL = {label: kind for kind, labels in _TYPES.items() for label in labels}
"""OntoNotes' labels and CoNLL's; every other one (EVENT, PRODUCT, MISC, …) is an entity."""
_NOT_FOR_NAMES = ("parser", "tagger", "morphologizer", "attribute_ruler", "lemmatizer")


class NerSpans:
    """A SpanExtractor: the entities that a pipeline finds in passages of its own language."""

    def __init__(self, pipeline: str) -> None:
        self._pipeline = load_pipeline(pipeline)

    @classmethod
    def from_recipe(cls, config: RampConfig) -> NerSpans:
        """As a recipe has it; raises ConfigError where the pipeline is missing."""
        return cls(config.ner_pipeline)

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order; none in a passage of another language."""
        language = self._pipeline.lang
        if language not in ("xx", base_language(passage.lang)):
            return []
        return [
            Span(
                start=found.start_char,
                end=found.end_char,
                text=found.text,
                type=_BY_LABEL.get(found.label_.upper(), SpanType.ENTITY),
                source=SpanSource.NER,
            )
            for found in self._pipeline(passage.text).ents
        ]


@cache
def load_pipeline(name: str) -> Language:
    """A pipeline by the name of its package or its folder, once in a process.

    Raises ConfigError where spaCy or the pipeline is missing, or it finds no entities.
    """
    try:
        import spacy  # noqa: PLC0415 - an extra, and a second to import
    except ImportError as error:
        raise ConfigError(
            "ramp.spans names `ner`, which needs spaCy: pip install 'masksearch[ner]'"
        ) from error
    try:
        loaded = spacy.load(name, exclude=_NOT_FOR_NAMES)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"ramp.ner_pipeline {name!r}: {reason} (`pip install` the pipeline, or name its folder)"
        ) from error
    if not {"ner", "entity_ruler", "span_ruler"} & set(loaded.pipe_names):
        raise ConfigError(f"ramp.ner_pipeline {name!r} finds no entities ({loaded.pipe_names})")
    return loaded
