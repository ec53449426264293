"""A training as a file: all that the process which trains is given. Imports no torch.

A job holds paths, settings and resolved prompts, and no secret: keys come from the
environment of the process that reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from masksearch.config import RewardConfig, SearchConfig, Section
from masksearch.errors import InputError
from masksearch.schemas import Fingerprint, Guard, Prompt, Record
from masksearch.store import read_json
from training.config import CurriculumConfig, DapoConfig, ModelConfig, RolloutConfig, SftConfig


class DapoSettings(Section):
    """All settings of the DAPO stage: with others, it is another training."""

    dapo: DapoConfig
    reward: RewardConfig
    curriculum: CurriculumConfig
    guard: Guard
    top_k: int
    rollout: RolloutConfig = RolloutConfig()


class TrainingJob(Record):
    """What every training is given. `stage` is the folder that it writes into, and no other.

    `model` has its data type settled; `home` is where fetched assets are kept. `finish`: make
    no further step, and take the model of the last checkpoint as the trained one.
    """

    schema_version: int = 1
    stage: Path
    home: Path
    model: ModelConfig
    retrievers: tuple[Fingerprint, ...]
    """What the training's searches were or are made with; kept beside the weights."""
    finish: bool = False


class SftJob(TrainingJob):
    """Supervised fine-tuning on exported conversations.

    `parts` are the files that hold those of each source which is learnt from; without any, all
    of `conversations` are. `rate` is the machine's in tokens a second, where it was measured
    before.
    """

    kind: Literal["sft"] = "sft"
    conversations: Path
    parts: dict[str, Path] = Field(default_factory=dict)
    config: SftConfig
    rate: float | None = None


class DapoJob(TrainingJob):
    """Reinforcement learning on the training tasks of the files in `tasks`, by their sources.

    `traced` are conversations whose tasks are left out. The search is opened for the run
    with the environment's settings; `prompts` are the system messages by `prompt_key`.
    """

    kind: Literal["dapo"] = "dapo"
    tasks: dict[str, Path]
    traced: tuple[Path, ...] = ()
    settings: DapoSettings
    run: Path
    search: SearchConfig
    prompts: dict[str, str]
    judge_prompts: Path | None = None
    """The folder of prompt files laid over the packaged ones, from which a judge speaks."""

    def system(self, prompt: Prompt) -> str:
        """The system message for a task."""
        return self.prompts[prompt_key(prompt)]


Job = SftJob | DapoJob
_JOB: TypeAdapter[Job] = TypeAdapter(Job)


def prompt_key(prompt: Prompt) -> str:
    """By what the system messages of tasks differ."""
    return f"{prompt.kind}/{prompt.style}/{prompt.lang}"


def read_job(path: Path) -> Job:
    """A job's file; raises InputError."""
    try:
        return _JOB.validate_python(read_json(path))
    except ValidationError as error:
        raise InputError(f"{path} is no training job: {error.errors()[0]['msg']}") from error
