"""Trainings of a run in the process of the tests, with a search that a job cannot name."""

from functools import partial
from pathlib import Path
from typing import Any

from dapo_runs import WantedDapo

from masksearch.run_folder import RunFolder
from training import stages
from training.here import train_here

train_sft = partial(stages.train_sft, launch=train_here)


def train_dapo(run: RunFolder, wanted: WantedDapo, home: Path, *args: Any, **kwargs: Any) -> dict:
    launch = partial(train_here, search=wanted.search, judge=wanted.judge)
    return stages.train_dapo(run, wanted.request, home, *args, launch=launch, **kwargs)
