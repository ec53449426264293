"""The stage `08-dapo`: from the model that SFT made to one that was rewarded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState

from masksearch.config import RewardConfig, Section
from masksearch.errors import InputError
from masksearch.export import SFT_FILE, ExportRecord
from masksearch.manifest import IfExists, Stage
from masksearch.ports import Judge, Progress, SearchBackend
from masksearch.progress import silent
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint, Guard, Prompt, Task
from masksearch.scoring.reward import reward_function
from masksearch.search.fingerprints import Retrievers, identity, keep_retrievers
from masksearch.stages import DAPO, EXPORT, TASKS
from masksearch.store import read_records
from training.checkpoints import CHECKPOINTS, METRICS, MODEL, last_checkpoint, save_model, saving
from training.config import CurriculumConfig, DapoConfig, ModelConfig
from training.conversation_tokens import ConversationTokens
from training.curriculum import Curriculum, TaskStream
from training.dapo.trainer import DapoParts, DapoTrainer, TrainingEnded
from training.gradients import FiniteGradients
from training.models.loading import LoadedModel, load_model, on_one_device, settled
from training.rollout.loop import Roller, RolloutSettings
from training.rollout.policy import TransformersPolicy
from training.step_log import StepLog


class DapoSettings(Section):
    """All settings of the stage: with others, it is another training."""

    dapo: DapoConfig
    reward: RewardConfig
    curriculum: CurriculumConfig
    guard: Guard
    top_k: int


@dataclass(frozen=True)
class DapoJob:
    """What the stage is made from; `model` names the one to start from, by path."""

    model: ModelConfig
    start_from: str | Stage
    settings: DapoSettings
    search: SearchBackend
    system: Callable[[Prompt], str]
    judge: Judge | None = None
    start: str = ""
    """The model to start from by name, where it is not the one that the run's SFT made."""
    inputs: Mapping[str, str | Stage] = field(default_factory=dict)
    """What else the training hangs on: the search's own, the prompt's label, the judge."""

    @property
    def retriever(self) -> Fingerprint:
        """What the rollouts search with."""
        return self.search.fingerprint(top_k=self.settings.top_k, guard=self.settings.guard)


def train_dapo(
    run: RunFolder,
    job: DapoJob,
    home: Path,
    if_exists: IfExists = IfExists.RESUME,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train into `08-dapo/model`; goes on exactly where the last whole checkpoint stands."""
    on_one_device()
    tasks, stage = run.finished(TASKS), run.own(DAPO)
    traced = run.finished(EXPORT) if job.settings.dapo.tasks == "untraced" else None
    dtype = getattr(torch, settled(job.model, run).dtype)
    inputs: dict[str, str | Stage] = {
        "tasks": tasks,
        "model": job.start_from,
        "retriever": identity(job.retriever),
        "dtype": str(dtype),
        **({"export": traced} if traced else {}),
        **job.inputs,
    }
    if stage.begin(inputs, job.settings, if_exists):
        return stage.counts
    stage.note(retrievers=[job.retriever.model_dump(mode="json")], start=job.start)
    loaded = load_model(job.model, home, dtype=torch.float32)
    parts = _parts(job, loaded, _tasks(tasks, traced), dtype)
    trainer = DapoTrainer(
        loaded,
        job.settings.dapo,
        parts,
        stage.folder / CHECKPOINTS,
        bf16=dtype == torch.bfloat16,
        progress=progress,
    )
    trainer.add_callback(FiniteGradients("dapo"))
    trainer.add_callback(StepLog(progress, stage.folder / METRICS, _note))
    ended = _train(trainer, stage)
    counts = {**_totals(stage.folder / METRICS), "steps": trainer.state.global_step, "ended": ended}
    if trainer.accelerator.is_main_process:
        save_model(
            trainer.accelerator.unwrap_model(trainer.model), loaded.tokenizer, stage.folder / MODEL
        )
        keep_retrievers(stage.folder / MODEL, Retrievers(retrievers=(job.retriever,)))
        stage.finish(counts)
        shutil.rmtree(stage.folder / CHECKPOINTS, ignore_errors=True)
    return counts


def rewarded_model(run: RunFolder) -> Path:
    """The folder of the model that DAPO made; raises StoreError when it is not finished."""
    return run.finished(DAPO).folder / MODEL


def _tasks(tasks: Stage, traced: Stage | None) -> list[Task]:
    """The training tasks, less those that were exported; raises InputError where none is left."""
    found = list(read_records(tasks.folder / "train.jsonl", Task))
    if traced is None:
        return found
    known = {one.task_id for one in read_records(traced.folder / SFT_FILE, ExportRecord)}
    if left := [task for task in found if task.id not in known]:
        return left
    raise InputError(
        f"all {len(found)} training tasks have a trace: take dapo.tasks=all, or a lower synth.limit"
    )


def _parts(job: DapoJob, loaded: LoadedModel, tasks: list[Task], dtype: torch.dtype) -> DapoParts:
    settings, process = job.settings, PartialState()
    curriculum = Curriculum(settings.curriculum, [task.num_masks for task in tasks])
    # Copied before TRL patches the model's forward, which a copy would share.
    policy = TransformersPolicy(loaded.model, loaded.tokenizer, dtype)
    rolled = RolloutSettings(
        max_turns=settings.dapo.max_turns,
        top_k=settings.top_k,
        guard=settings.guard,
        max_tokens=settings.dapo.max_tokens,
        temperature=settings.dapo.temperature,
        together=settings.dapo.rollout_batch,
    )
    return DapoParts(
        policy=policy,
        roller=Roller(ConversationTokens(loaded.tokenizer), policy, job.search, job.system, rolled),
        reward=reward_function(settings.reward, job.judge),
        stream=TaskStream(
            tasks,
            curriculum,
            seed=settings.dapo.seed,
            rank=process.process_index,
            world=process.num_processes,
        ),
        curriculum=curriculum,
    )


def _train(trainer: DapoTrainer, stage: Stage) -> str:
    """Train to the end; why it came before the last step, or nothing."""
    checkpoint = last_checkpoint(stage.folder / CHECKPOINTS)
    if checkpoint:
        trainer.restore(Path(checkpoint))
    try:
        with saving(stage.folder / CHECKPOINTS):
            trainer.train(resume_from_checkpoint=checkpoint)
    except TrainingEnded as end:
        return str(end)
    return ""


def _note(logs: Mapping[str, Any]) -> str:
    """What the step's rollouts earned; a later update of the same rollouts has none."""
    if "reward" not in logs:
        return "the same rollouts again"
    return f"reward {logs['reward']:.2f}, format {logs['format']:.2f}"


def _totals(metrics: Path) -> dict[str, Any]:
    """Sums over all steps, those before a resume included."""
    lines = metrics.read_text(encoding="utf-8").splitlines() if metrics.exists() else []
    steps = [json.loads(line) for line in lines]
    return {
        name: int(sum(step.get(name, 0) for step in steps))
        for name in (
            "groups_generated",
            "groups_kept",
            "groups_reused",
            "tokens_generated",
            "tokens_trained",
        )
    }
