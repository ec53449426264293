"""A training that its user ends early: the model of its last checkpoint is the trained one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from masksearch.errors import StoreError
from masksearch.stages import CHECKPOINTS, METRICS
from training.checkpoints import last_checkpoint
from training.config import ModelConfig
from training.jobs import TrainingJob
from training.saved import progressed, state_of, step_of
from training.step_log import cut_after

ENDED_BY_USER = "the user ended it"


class Ending(NamedTuple):
    """Where a training ended: after `steps` of those `planned`, with the log of them all.

    `reason` is why that is early, if it is.
    """

    model: Any
    steps: int
    planned: int
    history: list[dict[str, Any]]
    reason: str = ""


def start_of(job: TrainingJob) -> ModelConfig:
    """The model to load: the job's, or that of the last checkpoint where it is to be finished.

    Raises StoreError where no whole checkpoint is there.
    """
    return job.model.changed(path=str(_saved(job))) if job.finish else job.model


def early_ending(job: TrainingJob, model: Any) -> Ending:
    """The end of a training that makes no further step; `model` is that of `start_of`.

    Lines of steps that were made and not saved go. Raises StoreError.
    """
    saved, known = _saved(job), progressed(job.stage)
    steps, planned = step_of(saved), known.planned if known else 0
    cut_after(job.stage / METRICS, steps)
    history = _logged(state_of(saved) or {})
    return Ending(model, steps, planned, history, "" if steps == planned else ENDED_BY_USER)


def _logged(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The trainer's log, of a file that may be anybody's."""
    found = state.get("log_history")
    entries = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in entries if isinstance(one.get("loss", 0.0), int | float)]


def _saved(job: TrainingJob) -> Path:
    if found := last_checkpoint(job.stage / CHECKPOINTS):
        return Path(found)
    raise StoreError(f"no step of {job.stage} is saved yet: there is nothing to finish it with")
