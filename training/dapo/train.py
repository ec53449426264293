"""DAPO in this process: from the model that a job names to one that was rewarded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState

from masksearch.counts import DapoCounts
from masksearch.errors import InputError
from masksearch.export import ExportRecord
from masksearch.llm.endpoints import endpoint_chat
from masksearch.ports import Judge, SearchBackend
from masksearch.role_prompt import role_prompt
from masksearch.roles.judge import LLMJudge
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.scoring.reward import reward_function
from masksearch.search.factory import SearchFactory
from masksearch.search.fingerprints import Retrievers, keep_retrievers
from masksearch.settings import Settings
from masksearch.sources import mixed
from masksearch.stages import CHECKPOINTS, METRICS, MODEL
from masksearch.store import read_records
from prompts import PromptLibrary
from training.checkpoints import last_checkpoint, save_model
from training.conversation_tokens import ConversationTokens, note_template
from training.curriculum import Curriculum, TaskStream
from training.dapo.trainer import DapoParts, DapoTrainer, TrainingEnded
from training.finishing import Ending, early_ending, start_of
from training.gradients import FiniteGradients
from training.jobs import DapoJob
from training.models.context import context_length
from training.models.loading import LoadedModel, load_model, on_one_device
from training.models.turn_end import end_turns
from training.process import Listener
from training.rollout.engine import Trained
from training.rollout.engines import engine_class
from training.rollout.loop import RolloutSettings, RolloutWorker
from training.step_log import StepLog
from training.stopping import make_steps

_OPENING = "the first step shows how long it will take"


def train(
    job: DapoJob,
    listener: Listener,
    *,
    search: SearchBackend | None = None,
    judge: Judge | None = None,
) -> DapoCounts:
    """Train on tasks into the job's folder; returns the counts.

    Resumes exactly where the last whole checkpoint stands. `search` and `judge` stand in for
    those that the job names. Raises MaskSearchError.
    """
    on_one_device()
    searched = None if job.finish else search or _search(job)
    loaded = load_model(start_of(job), job.home, dtype=torch.float32)
    if searched is None:
        ending = early_ending(job, loaded.model)
        end_turns(ending.model, ConversationTokens(loaded.tokenizer))
    else:
        ending = _rewarded(job, listener, loaded, searched, judge or _judge(job))
    if PartialState().is_main_process:
        save_model(ending.model, loaded.tokenizer, job.stage / MODEL)
        keep_retrievers(job.stage / MODEL, Retrievers(retrievers=job.retrievers))
    return DapoCounts(
        **_totals(job.stage / METRICS),
        steps=ending.steps,
        planned=job.settings.dapo.steps,
        ended=ending.reason,
    )


def _rewarded(
    job: DapoJob,
    listener: Listener,
    loaded: LoadedModel,
    search: SearchBackend,
    judge: Judge | None,
) -> Ending:
    """Make the steps that are left; raises KeyboardInterrupt where the user stops it."""
    dtype, config = getattr(torch, job.model.dtype), job.settings.dapo
    parts = _parts(job, loaded, search, judge, dtype)
    note_template(parts.worker.tokens, listener.note)
    trainer = DapoTrainer(
        loaded,
        config,
        parts,
        job.stage / CHECKPOINTS,
        bf16=dtype == torch.bfloat16,
        progress=listener.progress,
    )
    trainer.add_callback(FiniteGradients("dapo"))
    trainer.add_callback(StepLog(listener.progress, job.stage / METRICS, _note, _OPENING))
    try:
        reason = _train(trainer, job.stage / CHECKPOINTS)
    finally:
        trainer.close()
    model, state = trainer.accelerator.unwrap_model(trainer.model), trainer.state
    end_turns(model, parts.worker.tokens)
    return Ending(model, state.global_step, config.steps, state.log_history, reason)


def _search(job: DapoJob) -> SearchBackend:
    return SearchFactory(RunFolder(job.run)).open(job.search)


def _judge(job: DapoJob) -> Judge | None:
    """The judge that the rewards ask, a language model; none where they need none."""
    if job.settings.reward.answer != "judge":
        return None
    prompt = role_prompt(PromptLibrary(job.judge_prompts), "judge")
    return LLMJudge(endpoint_chat(Settings(), "judge", job.run), prompt)


def _tasks(job: DapoJob) -> list[Task]:
    """The training tasks, less those that were exported; raises InputError where none is left."""
    known = {one.task_id for path in job.traced for one in read_records(path, ExportRecord)}
    found = {name: list(read_records(path, Task)) for name, path in job.tasks.items()}
    left = {name: [one for one in of if one.id not in known] for name, of in found.items()}
    if any(left.values()) or not known:
        return mixed(left, job.settings.dapo.source)
    raise InputError(
        f"all {sum(map(len, found.values()))} training tasks have a trace: take dapo.tasks=all, "
        "or a lower synth.limit"
    )


def _parts(
    job: DapoJob,
    loaded: LoadedModel,
    search: SearchBackend,
    judge: Judge | None,
    dtype: torch.dtype,
) -> DapoParts:
    settings, process, tasks = job.settings, PartialState(), _tasks(job)
    curriculum = Curriculum(settings.curriculum, [task.num_masks for task in tasks])
    tokens = ConversationTokens(loaded.tokenizer)
    end_turns(loaded.model, tokens)
    # Copied before TRL patches the model's forward, which a copy would share.
    trained = Trained(loaded.model, loaded.tokenizer, dtype, settings.rollout)
    engine = engine_class(settings.rollout.engine).opened(trained)
    rolled = RolloutSettings(
        max_turns=settings.dapo.max_turns,
        top_k=settings.top_k,
        guard=settings.guard,
        max_tokens=settings.dapo.max_tokens,
        temperature=settings.dapo.temperature,
        together=settings.dapo.rollout_batch,
        context=context_length(loaded.model.config, loaded.tokenizer),
    )
    return DapoParts(
        engine=engine,
        worker=RolloutWorker(tokens, engine.generate, search, job.system, rolled),
        reward=reward_function(settings.reward, judge),
        stream=TaskStream(
            tasks,
            curriculum,
            seed=settings.dapo.seed,
            rank=process.process_index,
            world=process.num_processes,
        ),
        curriculum=curriculum,
    )


def _train(trainer: DapoTrainer, checkpoints: Path) -> str:
    """Train to the end; why it came before the last step, or nothing."""
    checkpoint = last_checkpoint(checkpoints)
    if checkpoint:
        trainer.restore(Path(checkpoint))
    try:
        make_steps(trainer, checkpoints, checkpoint)
    except TrainingEnded as end:
        return str(end)
    return ""


def _note(logs: Mapping[str, Any]) -> str:
    """What the step's rollouts earned; a later update of the same rollouts has none."""
    if "reward" not in logs:
        return "the same tries once more"
    return f"reward {logs['reward']:.2f}, format {logs['format']:.2f}"


def _totals(metrics: Path) -> dict[str, int]:
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
