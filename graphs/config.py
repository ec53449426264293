"""Settings of synthesis, and what a run may spend on a task."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from masksearch.config import Section


class SynthConfig(Section):
    """From tasks to judged trajectories."""

    team: Literal["extractive", "llm"] = "extractive"
    judge: Literal["exact", "llm"] = "exact"
    """`exact` accepts an answer when every blank is right after normalisation."""
    max_turns: int = Field(default=6, ge=1)
    """Searches a task may take."""
    queries_per_turn: int = Field(default=2, ge=1, le=4)
    limit: int | None = Field(default=None, ge=1)
    """Tasks to solve at most."""
    concurrency: int = Field(default=8, ge=1)
    seed: int = 0


@dataclass(frozen=True)
class Limits:
    """What a run may spend on a task; the graphs' context, which Studio shows as a form."""

    max_turns: int = field(default=6, metadata={"description": "Searches a task may take"})
    top_k: int = field(default=5, metadata={"description": "Hits a search brings back"})
