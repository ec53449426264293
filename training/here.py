"""A training in this process: what the child of `training.process` does, and tests."""

from __future__ import annotations

from typing import Any

from masksearch.ports import Judge, SearchBackend
from training.dapo.train import train as train_dapo
from training.jobs import Job, SftJob
from training.process import Listener
from training.sft import train as train_sft


def train_here(
    job: Job,
    listener: Listener,
    *,
    search: SearchBackend | None = None,
    judge: Judge | None = None,
) -> dict[str, Any]:
    """Train to the end; returns the counts as a manifest has them. Raises MaskSearchError.

    `search` and `judge` stand in for those that a DAPO job names.
    """
    if isinstance(job, SftJob):
        return train_sft(job, listener).model_dump(mode="json")
    return train_dapo(job, listener, search=search, judge=judge).model_dump(mode="json")
