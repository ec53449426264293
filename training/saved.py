"""The checkpoints of a training, told without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.stages import CHECKPOINTS

_STATE = "trainer_state.json"


class Progressed(NamedTuple):
    """How far a training is: steps that are saved, of those planned."""

    steps: int
    planned: int


def checkpoints(folder: Path) -> list[Path]:
    """The folders of checkpoints, whole or not, the newest first."""
    found = filter(_is_named, folder.glob("checkpoint-*"))
    return sorted(found, key=step_of, reverse=True)


def step_of(checkpoint: Path) -> int:
    """The step after which it was saved."""
    return int(checkpoint.name.rpartition("-")[2])


def state_of(checkpoint: Path) -> dict[str, Any] | None:
    """What the trainer writes last; None where it is torn, as a kill leaves it."""
    try:
        state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return state if isinstance(state, dict) else None


def progressed(stage: Path) -> Progressed | None:
    """How far the training of a stage's folder is; None where no step of it is saved."""
    for checkpoint in checkpoints(stage / CHECKPOINTS):
        if (state := state_of(checkpoint)) is not None:
            planned = state.get("max_steps")
            return Progressed(step_of(checkpoint), planned if isinstance(planned, int) else 0)
    return None


def _is_named(checkpoint: Path) -> bool:
    return checkpoint.is_dir() and checkpoint.name.rpartition("-")[2].isdecimal()
