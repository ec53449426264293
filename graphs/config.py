"""Settings of synthesis, and what a run may spend on a task."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from masksearch.config import Section
from masksearch.sources import RAMP, Sources, names_of

EXTRACTIVE, AGENT, GUIDED = "extractive", "agent", "guided"
RULES = (EXTRACTIVE, GUIDED)
"""The teams that ask no model."""


class SynthConfig(Section):
    """From tasks to judged trajectories."""

    team: Literal["extractive", "llm", "agent", "guided"] = "extractive"
    """Who solves: the team of rules, a team of language models, a model as the agent, or the
    rules that follow the gold evidence of training questions."""
    model: str = "sft"
    """For `agent`: `sft` or `dapo`, which a run below trained; a folder, a Hugging Face id
    or `smollm2`; `endpoint`, or `endpoint:NAME` for the settings `MASKSEARCH_NAME_…`."""
    tasks: Sources = RAMP
    """What is solved: `ramp`, `questions:NAME:train`, or several of them, with shares or without."""
    attempts: int = Field(default=1, ge=1)
    """Attempts at each task, each with a seed of its own."""
    temperature: float = Field(default=0.0, ge=0)
    """At which the agent samples; 0 is greedy."""
    max_tokens: int = Field(default=512, ge=8)
    """Tokens of an agent's turn at most."""
    round: int = Field(default=0, ge=0)
    """The teacher's round of self-evolution, for the record."""
    judge: Literal["exact", "llm"] = "exact"
    """`exact` accepts an answer when every blank is right after normalisation."""
    max_turns: int = Field(default=6, ge=1)
    """Searches a task may take."""
    queries_per_turn: int = Field(default=2, ge=1, le=4)
    """For `extractive`."""
    limit: int | None = Field(default=None, ge=1)
    """Tasks to solve at most; with a higher limit those that are missing are added."""
    concurrency: int = Field(default=8, ge=1)
    seed: int = 0

    @property
    def is_sampled(self) -> bool:
        """Whether an attempt depends on its seed."""
        return self.team == AGENT and self.temperature > 0

    @model_validator(mode="after")
    def _has_evidence(self) -> Self:
        if self.team == GUIDED and RAMP in names_of(self.tasks):
            raise PydanticCustomError(
                "guided",
                "team guided follows the evidence of questions, and a masked text has none: set "
                "tasks to questions:NAME:train",
            )
        return self

    @model_validator(mode="after")
    def _attempts_differ(self) -> Self:
        if self.attempts > 1 and not self.is_sampled:
            raise PydanticCustomError(
                "attempts",
                "attempts above 1 would all be the same: they need team agent and a "
                "temperature above 0",
            )
        return self


@dataclass(frozen=True)
class Limits:
    """What a run may spend on a task; the graphs' context, which Studio shows as a form."""

    max_turns: int = field(default=6, metadata={"description": "Searches a task may take"})
    top_k: int = field(default=5, metadata={"description": "Hits a search brings back"})
