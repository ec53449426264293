"""Settings of the stages that live in this package: sections of a recipe, frozen, without unknown keys."""

from __future__ import annotations

import codecs
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from masksearch.extractors import EXTRACTORS
from masksearch.messages import Dialect
from masksearch.redaction import shown_address
from masksearch.schemas import AnswerStyle, Guard, SpanType


def _known_extractor(name: str) -> str:
    if name not in EXTRACTORS:
        raise PydanticCustomError("extractor", f"Input should be one of {', '.join(EXTRACTORS)}")
    return name


def _known_encoding(name: str) -> str:
    try:
        "a".encode(name or "utf-8")  # refuses what is a codec, but of no text
        return codecs.lookup(name).name if name else ""
    except (LookupError, ValueError) as error:
        raise PydanticCustomError("encoding", f"unknown encoding {name!r}") from error


ExtractorName = Annotated[str, AfterValidator(_known_extractor)]
NumMasks = Annotated[int, Field(ge=1, le=4)]


class Section(BaseModel):
    """A part of a recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def changed(self, **fields: Any) -> Self:
        """A copy with other values in these fields; raises ValidationError as making it does."""
        return self.model_validate(dict(self) | fields)


class CorpusConfig(Section):
    """From a dump or files to documents and passages."""

    source: str | Annotated[tuple[str, ...], Field(min_length=1)] = "demo"
    """A file, a folder or a pattern, or several, which are one corpus in this order; `demo`
    is the dump excerpt that `assets get` fetches."""
    name: str = ""
    """The corpus's name in ids; taken from the dump or the file when empty."""
    id_field: str = "id"
    """The name of a value in each row; `a.b` is `b` within `a`. While it is the default, other
    usual names are tried; rows without an id are named by file and line."""
    title_field: str = "title"
    text_field: str = "text"
    url_field: str = "url"
    lang_field: str = "language"
    licence_field: str = "license"
    lang: str = ""
    namespaces: tuple[int | str, ...] = Field(default=(0,), min_length=1)
    """Of a dump: the namespaces whose pages are taken, by number or by name; 0 is the main one."""
    encoding: Annotated[str, AfterValidator(_known_encoding)] = ""
    """Of text and JSON files; UTF-8, or what the file's mark says, when empty."""
    min_chars: int = Field(default=200, ge=1)
    """Characters of a passage at least; Chinese, Japanese and Korean ones count twice."""
    max_chars: int = Field(default=4000, ge=1)
    limit: int | None = Field(default=None, ge=1)
    """Documents to read at most."""

    @property
    def sources(self) -> tuple[str, ...]:
        """What the corpus is made of, in order."""
        return (self.source,) if isinstance(self.source, str) else self.source


class QualityConfig(Section):
    """Which passages no task is made from; by default every passage may have tasks."""

    duplicates: Literal["keep", "exact", "near"] = "keep"
    """`exact` keeps one of passages with the same words, `near` also one of those alike."""
    similarity: float = Field(default=0.7, gt=0, le=1)
    """Share of common shingles (Jaccard) from which on two passages are near duplicates."""
    shingle: int = Field(default=5, ge=1)
    """Words, or characters of Chinese and Japanese, in a shingle."""
    min_chars: int | None = Field(default=None, ge=1)
    max_chars: int | None = Field(default=None, ge=1)
    languages: tuple[str, ...] = ()
    """Keep only passages of these languages; empty keeps all."""
    check_language: bool = False
    """Refuse a passage whose text clearly is in another language than its corpus."""
    questions: tuple[str, ...] = ()
    """Files of questions that no task may give away: a passage that shares a run of
    `overlap` words with one of them is refused."""
    overlap: int = Field(default=8, ge=2)

    @property
    def is_off(self) -> bool:
        """Whether every passage is kept."""
        return self == QualityConfig()


class RampConfig(Section):
    """From passages to masked tasks."""

    num_masks: tuple[NumMasks, ...] = (1, 2, 3, 4)
    num_masks_shares: tuple[Annotated[float, Field(gt=0)], ...] = ()
    """How often each of `num_masks` is tried first, in proportion; empty: equally often."""
    strategy: Literal["random", "weighted", "perplexity"] = "random"
    """Which spans are masked: any alike, long and numeric ones rather (the reference's
    weights), or those that a language model finds hardest."""
    spans: tuple[ExtractorName, ...] = ("link", "pattern")
    span_types: tuple[SpanType, ...] = tuple(SpanType)
    ner_pipeline: str = ""
    """For `ner`: an installed spaCy pipeline by its package's name or its folder."""
    scorer: str = ""
    """For `perplexity`: the model that scores, like `model.path`, which it is when empty."""
    window_chars: int | None = Field(default=None, ge=80)
    """Longest window; None masks the whole passage."""
    style: AnswerStyle = AnswerStyle.PASSAGE
    heldout_share: float = Field(default=0.2, ge=0, lt=1)
    """Share of pages kept for evaluation."""
    tasks_per_passage: int = Field(default=1, ge=1)
    seed: int = 0

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.num_masks_shares and len(self.num_masks_shares) != len(self.num_masks):
            raise PydanticCustomError(
                "num_masks_shares", "num_masks_shares must have a share for each of num_masks"
            )
        if "ner" in self.spans and not self.ner_pipeline:
            raise PydanticCustomError("ner_pipeline", "spans name ner: set ner_pipeline, too")
        return self


class ExtractConfig(Section):
    """How a language model reads passages for `ramp.spans: [llm]`."""

    limit: int | None = Field(default=None, ge=1)
    """Passages to read at most."""
    concurrency: int = Field(default=16, ge=1)


class CallsConfig(Section):
    """How calls to an engine that is not in this process are made, and what they may cost."""

    seconds: float = Field(default=20.0, gt=0)
    """Longest wait for an answer."""
    retries: int = Field(default=3, ge=0)
    """How often a call that failed for a transient reason is tried again."""
    per_second: float | None = Field(default=None, gt=0)
    """Calls in a second at most."""
    failures: int = Field(default=8, ge=1)
    """Failures in a row after which an engine is left alone for `rest` seconds."""
    rest: float = Field(default=30.0, gt=0)
    cache_days: float = Field(default=30.0, ge=0)
    """How long an answer is kept in the run folder; 0 keeps none."""
    max_calls: int | None = Field(default=None, ge=0)
    """Calls that the run may make, repeated ones included."""
    max_usd: float | None = Field(default=None, ge=0)
    """Money that the run may spend."""
    usd_per_call: float | None = Field(default=None, ge=0)
    """What a call costs; else the engine's list price."""


class HealthConfig(Section):
    """Shares of the last `window` queries at which the search stops a run; None never does."""

    window: int = Field(default=50, ge=1)
    max_errors: float | None = Field(default=0.5, ge=0, le=1)
    max_empty: float | None = Field(default=None, ge=0, le=1)
    max_duplicates: float | None = Field(default=None, ge=0, le=1)
    """Of hits that say word by word what another of the same query says."""
    max_seconds: float | None = Field(default=None, gt=0)
    """Of the median query."""


class CassetteMode(StrEnum):
    """What a cassette does.

    Record every search; replay what it has and record the rest; or replay alone, so that no
    search is ever made.
    """

    RECORD = "record"
    REPLAY = "replay"
    REPLAY_ONLY = "replay-only"


class CassetteConfig(Section):
    """A file of recorded searches; none without a path."""

    path: Path | None = None
    mode: CassetteMode = CassetteMode.REPLAY


class SearchConfig(Section):
    """How a turn's queries are answered."""

    backend: str = "bm25"
    """An engine, or a kind of index: the run's own one then."""
    base_url: str = ""
    """Where the engine is, unless it has an address of its own; a run writes it down."""
    top_k: int = Field(default=5, ge=1)
    snippet_chars: int = Field(default=500, ge=40)
    """Longest text of a hit, chosen around the query's words."""
    snippet_words: int = Field(default=120, ge=8)
    """The same in words; every character of Chinese or Japanese is one."""
    guard: Guard = Guard.NONE
    calls: CallsConfig = CallsConfig()
    health: HealthConfig = HealthConfig()
    cassette: CassetteConfig = CassetteConfig()

    @model_validator(mode="after")
    def _address_without_secrets(self) -> Self:
        if (shown := shown_address(self.base_url)) != self.base_url.strip():
            raise PydanticCustomError(
                "address_with_secret",
                "base_url {shown} of {backend}: leave out the name and password, and what follows "
                "a `?`, for a run writes its settings down",
                {"shown": repr(shown), "backend": self.backend},
            )
        return self


class ExportConfig(Section):
    """From accepted traces to training data."""

    dialect: Dialect = Dialect.CHAT


class EvalConfig(Section):
    """Held-out tasks, rows and guards of an evaluation."""

    tasks: int = Field(default=120, ge=1)
    """Held-out tasks for the models' rows, the same number of each `num_masks`."""
    other_tasks: int = Field(default=40, ge=1)
    """Held-out tasks for the trivial rows."""
    questions: int | None = Field(default=None, ge=1)
    """Questions of each set, for every row; all of them unless given."""
    model: str = ""
    """Who is prompted in the rows `agent`, `rag` and `closed-book`: a folder, a Hugging Face
    id, `smollm2` or `endpoint:NAME`; `model.path` when empty."""
    guards: tuple[Guard, ...] = (Guard.NONE, Guard.PARAGRAPH)
    max_turns: int = Field(default=4, ge=1)
    max_tokens: int = Field(default=160, ge=8)
    samples: int | None = Field(default=None, ge=1)
    """Tries at each task, drawn at `temperature`; one greedy try unless given."""
    temperature: float = Field(default=0.7, gt=0)
    concurrency: int = Field(default=16, ge=1)
    seed: int = 0

    @property
    def drawn_at(self) -> float:
        """The temperature in use; 0 is greedy."""
        return self.temperature if self.samples else 0.0


class RewardConfig(Section):
    """What an episode earns: `format_weight * format + answer_weight * answer`."""

    answer: Literal["recall", "recall_length", "f1", "em", "judge"] = "recall"
    answer_weight: float = Field(default=1.0, ge=0)
    format_weight: float = Field(default=0.2, ge=0)
    aliases: bool = True
    """Whether a question's further names for its answer, as 2Wiki lists them, earn as much."""
    length_penalty: float = Field(default=0.1, ge=0)
    """`recall_length`: what each token of a fill beyond the accepted text's own length costs."""
    judge_concurrency: int = Field(default=16, ge=1)
    judge_seconds: float = Field(default=120.0, gt=0)
    """Longest wait for the verdicts of one batch; what is late leaves its episode unscored."""
