"""What a solver did with a task: its searches, its answer, and what a judge thought of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from pydantic import Field

from masksearch.schemas.record import Record, Value


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
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict)
    top_k: int
    guard: Guard
    truncation: int


class Usage(Value):
    """Tokens of a model call."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """The tokens of two calls together."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


class Cost(Value):
    """What one or several model calls cost."""

    usage: Usage = Usage()
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        """The calls of both together."""
        return Cost(usage=self.usage + other.usage, seconds=self.seconds + other.seconds)


class Tokens(Value):
    """A stretch of text as token ids; it grows by appending, and is never encoded again.

    `tokenizer` is the vocabulary's hash, empty where nobody wrote it down: ids mean nothing
    to another one. `trainable` marks what a model itself sampled, which is all of it where it
    is None; `logprobs`, one for each id, are 0 for what was not sampled.
    """

    ids: tuple[int, ...] = ()
    tokenizer: str = ""
    trainable: tuple[bool, ...] | None = None
    logprobs: tuple[float, ...] | None = None

    @property
    def own(self) -> tuple[bool, ...]:
        """Of every id whether a model sampled it."""
        return (True,) * len(self.ids) if self.trainable is None else self.trainable

    def appended(self, ids: Sequence[int], logprobs: Sequence[float] | None = None) -> Tokens:
        """With further ids: sampled ones where they have log-probabilities, else read ones."""
        own = logprobs is not None
        added = logprobs if logprobs is not None else (0.0,) * len(ids)
        return Tokens(
            ids=(*self.ids, *ids),
            tokenizer=self.tokenizer,
            trainable=(*self.own, *(own,) * len(ids)),
            logprobs=(*(self.logprobs or (0.0,) * len(self.ids)), *added),
        )


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
    prompt_versions: dict[str, str] = Field(default_factory=dict)
    tokens: Tokens | None = None


class Status(StrEnum):
    """How an episode ended."""

    RUNNING = "running"
    ANSWERED = "answered"
    MALFORMED = "malformed"
    OUT_OF_TURNS = "out_of_turns"
    FAILED = "failed"


class Outcome(Value):
    """How far an episode came: its turns, and how it ended. `reason` says why it failed."""

    status: Status = Status.RUNNING
    turns: tuple[Turn, ...] = ()
    final_thought: str = ""
    answer: str = ""
    final_tokens: Tokens | None = None
    final_usage: Usage = Usage()
    reason: str = ""
    malformed_text: str = ""

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Every hit of the episode's own queries."""
        return tuple(hit for turn in self.turns for hit in turn.hits)


class Verdict(Value):
    """What a judge found of an answer."""

    accepted: bool
    score: float
    method: str
    judge: str
    reason: str


class Teacher(Value):
    """Who made a trajectory, in which round of self-evolution.

    `with_gold`: whoever made it was given gold evidence, so that it shows nothing of what
    a model can do, and is for training alone.
    """

    model: str
    round: int = 0
    with_gold: bool = False


class Trajectory(Outcome, Record):
    """A finished episode of a task, who made it, and what a judge found of it.

    Version 3 added the attempt; older records are of the first. Version 4 says whether its
    teacher was given gold.
    """

    schema_version: int = 4
    task_id: str
    attempt: int = Field(default=0, ge=0)
    """Which of several tries at the task it is."""
    verdict: Verdict | None = None
    teacher: Teacher = Teacher(model="")
    retriever: Fingerprint | None = None
    seed: int = Field(default=0, ge=0)

    @property
    def is_accepted(self) -> bool:
        """Whether a judge found the answer right."""
        return self.verdict is not None and self.verdict.accepted

    def judged(self, verdict: Verdict) -> Self:
        """The same with a verdict, whose reason is kept where it does not accept."""
        reason = "" if verdict.accepted else verdict.reason
        return self.changed(verdict=verdict, reason=reason)

    def unjudged(self, reason: str) -> Self:
        """The same as a failure: an answer without a verdict counts as neither right nor wrong."""
        return self.changed(status=Status.FAILED, reason=reason)


def trace_key(raw: Mapping[str, Any]) -> str:
    """What a trace is known by in its file: its task and attempt, which is 0 in older files."""
    return f"{raw['task_id']}#{raw.get('attempt', 0)}"
