"""Spans, and the masked texts and questions that are made to be solved."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from masksearch.schemas.corpus import Interval
from masksearch.schemas.questions import QuestionFacts
from masksearch.schemas.record import Record, Value
from masksearch.text import digest

MASK = "[mask]"


class SpanType(StrEnum):
    """What a span names."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    DATE = "date"
    NUMBER = "number"
    TERM = "term"
    ENTITY = "entity"


class SpanSource(StrEnum):
    """Who found a span."""

    LINK = "link"
    PATTERN = "pattern"
    NER = "ner"
    LLM = "llm"


class Span(Value):
    """A salient stretch of a passage's text."""

    start: int
    end: int
    text: str
    type: SpanType
    source: SpanSource
    score: float = 1.0
    target: str = ""
    """The page behind a link, which names the entity."""
    surprisal: float | None = None
    """Nats per token under a scoring model that read the text before the span."""

    @property
    def interval(self) -> Interval:
        """Where the span stands in the passage."""
        return Interval(self.start, self.end)


class TaskKind(StrEnum):
    """Masked text to restore, or a question to answer."""

    RAMP = "ramp"
    QUESTION = "question"


class AnswerStyle(StrEnum):
    """How a RAMP answer is given: the passage filled in, or one fill a line."""

    PASSAGE = "passage"
    BLANKS = "blanks"


class Prompt(Value):
    """All that a solver of a task may see: never the gold answer."""

    kind: TaskKind
    text: str
    title: str = ""
    lang: str = "en"
    num_masks: int = 0
    style: AnswerStyle = AnswerStyle.BLANKS

    @property
    def num_answers(self) -> int:
        """Fills that an answer must hold."""
        return max(1, self.num_masks)


class Difficulty(Value):
    """What is known of how hard a task is; each figure is optional.

    `perplexity` is that of the masked texts: e to the mean of `surprisals`, which are nats
    per token, one for each mask, under the model `scorer`. `masked_share` is the share of
    the window's words that is masked, `answer_tokens` the length of each masked text.
    """

    perplexity: float | None = None
    surprisals: tuple[float | None, ...] = ()
    scorer: str = ""
    masked_share: float | None = None
    answer_tokens: tuple[int, ...] = ()
    closed_book: float | None = None
    with_search: float | None = None


class Lineage(Value):
    """The exact source of a RAMP task, for guards, credit and audits."""

    passage_id: str
    revision: str
    corpus_hash: str
    url: str = ""
    licence: str = ""


class Task(Record):
    """A masked window with its answers, or a question with its.

    `answers` holds the accepted texts per blank, the gold one first. `masks` are offsets
    in the unmasked window, `window` the window's offsets in the passage. Of each mask there
    is its type, who found it, and the page that it links to. Version 3 added what a benchmark
    says of a question.
    """

    schema_version: int = 3
    id: str
    prompt: Prompt
    answers: tuple[tuple[str, ...], ...]
    window: Interval | None = None
    masks: tuple[Interval, ...] = ()
    mask_types: tuple[SpanType, ...] = ()
    mask_sources: tuple[SpanSource, ...] = ()
    mask_targets: tuple[str, ...] = ()
    difficulty: Difficulty = Difficulty()
    lineage: Lineage | None = None
    question: QuestionFacts | None = None

    @property
    def kind(self) -> TaskKind:
        """Masked text or question."""
        return self.prompt.kind

    @property
    def num_masks(self) -> int:
        """The real number of masks, which the curriculum goes by."""
        return self.prompt.num_masks

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if len(self.answers) != self.prompt.num_answers:
            raise ValueError(f"{self.prompt.num_answers} answers wanted, {len(self.answers)} given")
        if not all(aliases and all(aliases) for aliases in self.answers):
            raise ValueError("an answer is empty")
        if self.kind is TaskKind.RAMP and len(self.masks) != self.num_masks:
            raise ValueError(f"num_masks is {self.num_masks}, but {len(self.masks)} masks stand")
        return self

    @property
    def passage_id(self) -> str:
        """The passage that it was made from; empty for a question."""
        return self.lineage.passage_id if self.lineage else ""

    def unmasked(self) -> str:
        """The window as it was, from the masked text and the gold answers."""
        pieces, cursor, shift = [], 0, 0
        for (start, end), aliases in zip(self.masks, self.answers, strict=True):
            at = start + shift
            pieces += [self.prompt.text[cursor:at], aliases[0]]
            cursor = at + len(MASK)
            shift += len(MASK) - (end - start)
        return "".join(pieces) + self.prompt.text[cursor:]


def masked_text(window: str, masks: tuple[Interval, ...]) -> str:
    """The window with every masked range, in text order, replaced by `MASK`."""
    pieces, cursor = [], 0
    for start, end in masks:
        pieces += [window[cursor:start], MASK]
        cursor = end
    return "".join(pieces) + window[cursor:]


def ramp_task_id(passage_id: str, window: Interval, masks: tuple[Interval, ...]) -> str:
    """The id of a RAMP task: a hash of the passage, the window and the masks."""
    return "ramp-" + digest(passage_id, str(tuple(window)), str([tuple(m) for m in masks]))


def question_task_id(benchmark: str, number: str) -> str:
    """The id of a question: its set's name and its own id in the file."""
    return f"{benchmark}-{number}"
