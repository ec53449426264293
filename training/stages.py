"""The stages `07-sft` and `08-dapo`: begun, trained by a job, finished. Imports no torch.

The process that holds the run's lock does this; what trains only writes into its folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.config import SearchConfig
from masksearch.counts import DapoCounts, SftCounts
from masksearch.errors import StoreError
from masksearch.making import RESUMING, Making
from masksearch.manifest import Stage
from masksearch.ports import Progress
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint
from masksearch.search.fingerprints import identity
from masksearch.sources import task_files, task_inputs
from masksearch.stages import CHECKPOINTS, DAPO, SFT, C
from training.config import ModelConfig, SftConfig
from training.jobs import DapoJob, DapoSettings, Job, SftJob
from training.lessons import learnt_from, started_from, traced_in
from training.models.dtype import settled
from training.process import Listener, train_in_process
from training.saved import progressed

RATE = "tokens_per_second"
Launch = Callable[[Any, Listener], dict[str, Any]]
"""How a job is trained: in a process of its own, or in this one."""


class DapoRequest(NamedTuple):
    """What a DAPO training is asked for.

    `start_from` is the run's SFT, or another model by name; `retriever` is what the search
    of `search` is, `prompts` the system messages by `training.jobs.prompt_key`. `inputs` is what
    else the training depends on: the search's own, the prompt's label, the judge.
    """

    model: ModelConfig
    start_from: str | Stage
    settings: DapoSettings
    search: SearchConfig
    retriever: Fingerprint
    prompts: Mapping[str, str]
    inputs: Mapping[str, str | Stage] = {}
    judge_prompts: Path | None = None


def train_sft(
    run: RunFolder,
    model: ModelConfig,
    config: SftConfig,
    home: Path,
    making: Making = RESUMING,
    *,
    finish: bool = False,
    launch: Launch = train_in_process,
) -> SftCounts:
    """Train on `06-export` into `07-sft/model`; resumes from the last whole checkpoint.

    `finish`: end the training there instead. Raises StoreError, StaleError, and what the
    training raises.
    """
    lessons, stage = learnt_from(run, config.traces), run.own(SFT)
    start = started_from(run, model, config)
    if finish:
        _check_saved(stage)
    if stage.begin({**lessons.inputs, "model": start.made_from}, config, making.if_exists):
        return stage.counts
    retrievers = lessons.retrievers
    noted = [one.model_dump(mode="json") for one in retrievers]
    stage.note(retrievers=noted, started_from=start.path)
    job = SftJob(
        stage=stage.folder,
        home=home,
        model=settled(model.changed(path=start.path), run),
        retrievers=retrievers,
        conversations=lessons.file,
        parts=lessons.files,
        config=config,
        rate=stage.facts.get(RATE),
        finish=finish,
    )
    return _trained(stage, job, making.progress, launch)


def train_dapo(
    run: RunFolder,
    request: DapoRequest,
    home: Path,
    making: Making = RESUMING,
    *,
    finish: bool = False,
    launch: Launch = train_in_process,
) -> DapoCounts:
    """Train into `08-dapo/model`; resumes exactly where the last whole checkpoint stands.

    `finish`: end the training there instead. Raises StoreError, StaleError, and what the
    training raises.
    """
    files, stage = task_files(run, request.settings.dapo.source), run.own(DAPO)
    if finish:
        _check_saved(stage)
    dapo = request.settings.dapo
    traced = traced_in(run, dapo.source) if dapo.tasks == "untraced" else None
    model = settled(request.model, run)
    inputs: dict[str, str | Stage] = {
        **task_inputs(files),
        "model": request.start_from,
        "retriever": identity(request.retriever),
        "dtype": f"torch.{model.dtype}",
        **(traced.inputs if traced else {}),
        **request.inputs,
    }
    if stage.begin(inputs, request.settings, making.if_exists):
        return stage.counts
    start = request.start_from if isinstance(request.start_from, str) else ""
    stage.note(retrievers=[request.retriever.model_dump(mode="json")], start=start)
    job = DapoJob(
        stage=stage.folder,
        home=home,
        model=model,
        retrievers=(request.retriever,),
        tasks={name: one.path for name, one in files.items()},
        traced=tuple(traced.files.values()) if traced else (),
        settings=request.settings,
        run=run.path,
        search=request.search,
        prompts=dict(request.prompts),
        judge_prompts=request.judge_prompts,
        finish=finish,
    )
    return _trained(stage, job, making.progress, launch)


def _check_saved(stage: Stage) -> None:
    """Raises StoreError where no step is saved, before a stage is begun for nothing."""
    if not stage.done and progressed(stage.folder) is None:
        raise StoreError(
            f"{stage.folder} has no saved step to finish with: run "
            f"`masksearch {stage.kind.command}` without --finish"
        )


def _trained(stage: Stage[C], job: Job, progress: Progress, launch: Launch) -> C:
    made = launch(job, Listener(progress, stage.note))
    counts = stage.finish(stage.kind.counts.model_validate(made))
    shutil.rmtree(stage.folder / CHECKPOINTS, ignore_errors=True)
    return counts
