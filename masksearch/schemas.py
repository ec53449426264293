"""The vocabulary that all stages speak, one pydantic model per thing.

Records that are written to files carry `schema_version`, which every kind counts for itself;
`upgrade` brings an older record to its kind's present version and refuses a newer. All offsets
are code points.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from masksearch.errors import SchemaError
from masksearch.text import digest

MASK = "[mask]"


class Value(BaseModel):
    """A frozen part of a record; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def changed(self, **fields: Any) -> Self:
        """A copy with other values in these fields; raises ValidationError as making it does."""
        return self.model_validate(dict(self) | fields)


class Record(Value):
    """What a line or a row of a file holds.

    A kind that changes gives `schema_version` a higher default and says in `upgraded` what an
    older record lacks. Version 2 of all kinds added what is known of each mask.
    """

    schema_version: int = 2

    @classmethod
    def upgraded(cls, raw: dict[str, Any], version: int) -> dict[str, Any]:
        """A raw record of an older version as the present one has it."""
        return raw


R = TypeVar("R", bound=Record)


def version_of(kind: type[Record]) -> int:
    """The present schema version of a kind of record."""
    return int(kind.model_fields["schema_version"].default)


def upgrade(kind: type[Record], raw: dict[str, Any]) -> dict[str, Any]:
    """Bring a raw record to its kind's version; raises SchemaError for a newer one."""
    present = version_of(kind)
    version = raw.get("schema_version", present)
    if type(version) is not int or version < 1:
        raise SchemaError(f"not a schema version: {version!r}")
    if version > present:
        raise SchemaError(
            f"written with schema version {version}, this masksearch reads {kind.__name__} up to "
            f"{present}: upgrade masksearch"
        )
    if "schema_version" not in raw:
        return raw
    known = kind.upgraded(raw, version) if version < present else raw
    return {**known, "schema_version": present}


def read_record(kind: type[R], raw: dict[str, Any]) -> R:
    """Validate an upgraded raw record; raises SchemaError with the first fault."""
    try:
        return kind.model_validate(upgrade(kind, raw))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"])) or kind.__name__
        raise SchemaError(f"not a {kind.__name__}: {where}: {fault['msg']}") from error


class Interval(NamedTuple):
    """Half-open range of code points."""

    start: int
    end: int

    def shifted(self, by: int) -> Interval:
        """The same range in a text that starts `by` code points earlier."""
        return Interval(self.start + by, self.end + by)


class Link(NamedTuple):
    """A wikilink's anchor in a text and the page it points to."""

    start: int
    end: int
    target: str


class Section(NamedTuple):
    """A heading and the offset in the document's text where its section begins."""

    start: int
    title: str


class Document(Record):
    """One page of a corpus as plain text, with where it came from."""

    id: str
    title: str
    text: str
    corpus: str
    url: str = ""
    lang: str = "en"
    page_id: str = ""
    revision: str = ""
    timestamp: str = ""
    licence: str = ""
    links: tuple[Link, ...] = ()
    sections: tuple[Section, ...] = ()


class Passage(Record):
    """A whole paragraph: what is indexed, retrieved and guarded.

    `id` is the document's id and `#n`; `start` and `end` are in the document's text,
    links in the passage's own.
    """

    id: str
    document_id: str
    title: str
    section: str
    text: str
    start: int
    end: int
    url: str = ""
    lang: str = "en"
    licence: str = ""
    revision: str = ""
    links: tuple[Link, ...] = ()


def page_of(passage_id: str) -> str:
    """The document that a passage id belongs to."""
    return passage_id.rpartition("#")[0] or passage_id


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
    is its type, who found it, and the page that it links to.
    """

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


class Hit(Value):
    """A retrieved passage as the solver was shown it."""

    id: str
    title: str
    text: str
    score: float
    url: str = ""


class Guard(StrEnum):
    """What a search must withhold.

    Nothing; the task's paragraph; every near copy of it, wherever it stands; its whole page.
    """

    NONE = "none"
    PARAGRAPH = "paragraph"
    COPIES = "copies"
    PAGE = "page"


class Fingerprint(Value):
    """What a retriever is, so that a mismatch between runs can be seen."""

    engine: str
    corpus_hash: str
    parameters: dict[str, str | int | float | bool] = {}
    top_k: int
    guard: Guard
    truncation: int


class Usage(Value):
    """Tokens of a model call."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class TokenRecord(Value):
    """A turn in tokens: ids, their log-probabilities, and which ones may be trained on."""

    ids: tuple[int, ...]
    trainable: tuple[bool, ...]
    logprobs: tuple[float, ...] | None = None


class Turn(Value):
    """One search step: why, what was asked, what came back, at what cost."""

    thought: str
    queries: tuple[str, ...]
    hits: tuple[Hit, ...] = ()
    error: str = ""
    sub_question: str = ""
    model_seconds: float = 0.0
    search_seconds: float = 0.0
    usage: Usage = Usage()
    prompt_versions: dict[str, str] = {}
    tokens: TokenRecord | None = None


class Status(StrEnum):
    """How an episode ended."""

    RUNNING = "running"
    ANSWERED = "answered"
    MALFORMED = "malformed"
    OUT_OF_TURNS = "out_of_turns"
    FAILED = "failed"


class Verdict(Value):
    """What a judge said of an answer."""

    accepted: bool
    score: float
    method: str
    judge: str
    reason: str


class Teacher(Value):
    """Who made a trajectory, in which round of self-evolution."""

    model: str
    round: int = 0


class Trajectory(Record):
    """A finished episode. `reason` says why it was not answered or not accepted."""

    task_id: str
    status: Status
    turns: tuple[Turn, ...] = ()
    final_thought: str = ""
    answer: str = ""
    final_tokens: TokenRecord | None = None
    final_usage: Usage = Usage()
    verdict: Verdict | None = None
    reason: str = ""
    malformed_text: str = ""
    teacher: Teacher = Teacher(model="")
    retriever: Fingerprint | None = None
    seed: int = Field(default=0, ge=0)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Every hit of the episode's own queries."""
        return tuple(hit for turn in self.turns for hit in turn.hits)
