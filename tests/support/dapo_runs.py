"""A run folder whose tasks a taught model solves now and then, for reinforcement learning."""

from pathlib import Path
from typing import NamedTuple

import torch
from finishing import finish
from lessons import LESSONS, TOP_K, a_task, bundled_search, system

from masksearch.config import RampConfig, RewardConfig, SearchConfig
from masksearch.ports import Judge, SearchBackend
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard
from masksearch.sources import RAMP
from masksearch.stages import INDEX, TASKS
from masksearch.store import write_records
from training.config import CurriculumConfig, DapoConfig, ModelConfig
from training.dapo.train import _parts
from training.dapo.trainer import DapoTrainer
from training.jobs import DapoJob, DapoSettings, prompt_key
from training.models.loading import load_model
from training.stages import DapoRequest

DAPO = DapoConfig(
    learning_rate=1e-4,
    warmup_steps=1,
    steps=8,
    groups=2,
    group_size=4,
    micro_batch=4,
    temperature=1.0,
    soft_length=5,  # so that the rewards of a group nearly always differ
    longest=200,
    max_tokens=40,
    max_turns=3,
    save_steps=2,
)


def open_run(folder: Path) -> RunFolder:
    """The run folder, with tasks and the mark of an index where there are none yet."""
    run = RunFolder(folder)
    tasks, index = run.stage(TASKS), run.stage(INDEX)
    if not tasks.begin({}, RampConfig()):
        write_records(tasks.folder / "train.jsonl", [a_task(n) for n in range(len(LESSONS))])
        finish(tasks)
    if not index.begin({}, SearchConfig()):
        finish(index, passages=1)
    return run


class WantedDapo(NamedTuple):
    """What a training is asked for, and the search and the judge that stand in for its own."""

    request: DapoRequest
    search: SearchBackend
    judge: Judge | None = None


def job(
    model: Path,
    search=None,
    curriculum=None,
    reward=None,
    judge=None,
    guard: Guard = Guard.NONE,
    **settings,
):
    searched = search or bundled_search()
    tasks = [a_task(number) for number in range(len(LESSONS))]
    request = DapoRequest(
        model=ModelConfig(path=str(model), dtype="float32"),
        start_from="taught",
        settings=DapoSettings(
            dapo=DAPO.changed(**settings),
            reward=reward or RewardConfig(),
            curriculum=curriculum or CurriculumConfig(),
            guard=guard,
            top_k=TOP_K,
        ),
        search=SearchConfig(),
        retriever=searched.fingerprint(top_k=TOP_K, guard=guard),
        prompts={prompt_key(task.prompt): system(task.prompt) for task in tasks},
    )
    return WantedDapo(request, searched, judge)


def as_job(wanted: WantedDapo, folder: Path) -> DapoJob:
    """The job that the stage would write, on the lessons' tasks."""
    tasks = folder / "tasks.jsonl"
    write_records(tasks, [a_task(number) for number in range(len(LESSONS))])
    asked = wanted.request
    return DapoJob(
        stage=folder,
        home=folder,
        model=asked.model,
        retrievers=(asked.retriever,),
        tasks={RAMP: tasks},
        settings=asked.settings,
        run=folder,
        search=asked.search,
        prompts=dict(asked.prompts),
    )


def a_trainer(taught: Path, folder: Path, **settings) -> DapoTrainer:
    wanted = job(taught, **settings)
    asked = as_job(wanted, folder)
    loaded = load_model(asked.model, folder, dtype=torch.float32)
    parts = _parts(asked, loaded, wanted.search, wanted.judge, torch.float32)
    return DapoTrainer(loaded, asked.settings.dapo, parts, folder / "checkpoints", bf16=False)
