"""The interfaces at which implementations meet: chat models, search, spans, roles, agents.

`masksearch` and `graphs` speak to these; `training` implements those that need torch,
and `cli` puts them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from masksearch.decisions import Observation, Plan
from masksearch.guards import LeakGuard
from masksearch.messages import GREEDY, Decoding, Message, Reply
from masksearch.readings import FoundSpans, ScoredText
from masksearch.schemas import (
    Fingerprint,
    Guard,
    Hit,
    Passage,
    Prompt,
    Span,
    Task,
    Trajectory,
    Turn,
    Verdict,
)


class ChatModel(Protocol):
    """A model that continues a conversation; concurrent calls are welcome."""

    name: str

    async def complete(self, messages: Sequence[Message], decoding: Decoding = GREEDY) -> Reply:
        """Continue `messages`; raises ChatError."""
        ...


class Progress(Protocol):
    """Told how far a long job is; `total` is None where it is not known."""

    def __call__(self, done: int, total: int | None, note: str = "") -> None:
        """Report that `done` of `total` items are finished."""
        ...


class ProgressSource(Protocol):
    """Knows how far a training is, for what follows a schedule."""

    def __call__(self) -> float:
        """The share that is done, from 0 to 1."""
        ...


class Encoder(Protocol):
    """Turns texts into vectors that are near each other when the texts mean alike."""

    @property
    def name(self) -> str:
        """The model and how it is asked, for the record."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    def encode(self, texts: Sequence[str], *, is_query: bool) -> Sequence[Sequence[float]]:
        """A vector of unit length per text, as a query or as a passage."""
        ...


class SearchBackend(Protocol):
    """A retriever that takes the queries of a turn at once."""

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, best first; raises SearchError."""
        ...

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """What this retriever is, for the record."""
        ...


class SpanExtractor(Protocol):
    """Finds salient spans in a passage."""

    def extract(self, passage: Passage) -> list[Span]:
        """Spans in text order; they may overlap those of other extractors."""
        ...


class PassageReader(Protocol):
    """Finds salient spans in a passage by asking somebody, who may fail."""

    @property
    def name(self) -> str:
        """Who is asked, and with which prompt, for the record."""
        ...

    async def read(self, passage: Passage) -> FoundSpans:
        """The spans and what was refused; raises ModelError where no call can succeed."""
        ...


class SpanScorer(Protocol):
    """A language model that says how hard spans are to guess from what stands before them."""

    @property
    def name(self) -> str:
        """The model's name for the record."""
        ...

    def surprisals(self, texts: Sequence[ScoredText]) -> list[tuple[float, ...]]:
        """Mean nats per token of every span; each text is read once for all its spans."""
        ...


class Planner(Protocol):
    """Speaks once, at the start."""

    async def plan(self, prompt: Prompt) -> Plan:
        """Decide what to find out first; raises ChatError or NoEvidence, as every role may."""
        ...


class Rewriter(Protocol):
    """Turns a sub-question into search queries."""

    async def rewrite(
        self, prompt: Prompt, sub_question: str, turns: Sequence[Turn]
    ) -> tuple[str, ...]:
        """One to four queries, none asked before where that can be helped."""
        ...


class Observer(Protocol):
    """Reads what was found and decides how to go on."""

    async def observe(
        self, prompt: Prompt, turns: Sequence[Turn], *, must_answer: bool
    ) -> Observation:
        """The next sub-question, or the answer; `must_answer` at the last turn."""
        ...


class Judge(Protocol):
    """Says whether an answer is right; the only role that sees the gold answer."""

    async def judge(self, task: Task, answer: str) -> Verdict:
        """The verdict; raises ChatError where none can be read."""
        ...


class Team(NamedTuple):
    """The roles that solve a task together, under one name for the record."""

    name: str
    planner: Planner
    rewriter: Rewriter
    observer: Observer


class TeacherTrainer(Protocol):
    """Trains a model on a run's exported conversations, where no memory of it is kept."""

    def train(self, run: Path) -> Path:
        """Train into the run's folder; returns the model's folder. Raises MaskSearchError."""
        ...


class Agent(Protocol):
    """Solves tasks on its own, a whole episode at a time."""

    @property
    def name(self) -> str:
        """Its name for the record."""
        ...

    async def run(self, task: Task, seed: int | None = None) -> Trajectory:
        """One episode; failures are a status with a reason, not exceptions.

        `seed` is what its sampling is drawn from, where that is not its own.
        """
        ...
