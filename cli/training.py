"""The two trainings, each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.work import Interrupted, Report, Work
from masksearch.errors import ConfigError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.run_folder import RunFolder, command_of
from masksearch.sources import task_files
from masksearch.stages import DAPO, MODEL, SFT, StageKind

if TYPE_CHECKING:
    from masksearch.counts import SftCounts, TrainingCounts
    from training.config import ModelConfig, SftConfig
    from training.stages import DapoRequest


def run_sft(work: Work, *, finish: bool = False) -> Report:
    """From conversations to a trained model; `finish`: to that of the last saved step."""
    from training.lessons import learnt_from, started_from
    from training.models.paths import check_path
    from training.stages import train_sft

    recipe, home = work.recipe, work.settings.home
    learnt_from(work.run, recipe.sft.traces)
    start = started_from(work.run, recipe.model, recipe.sft)
    check_path(start.path, home)  # here, so that a wrong path begins no stage
    _check_finish(work, finish=finish)
    with _stoppable(work, SFT), work.meter("train sft") as progress:
        making = Making(work.if_exists, progress)
        counts = train_sft(work.run, recipe.model, recipe.sft, home, making, finish=finish)
    model = work.run.own(SFT).folder / MODEL
    lines = [
        f"trained on {counts.traces:,} of {counts.available:,} conversations "
        f"({counts.tokens:,} tokens) in {counts.steps:,} steps{_by_source(counts)}",
        *_ended(counts),
        f"mean loss {counts.loss}; {counts.too_long:,} conversations were too long{_over(counts)}",
        f"the model is in {model}",
        *_template_lines(work.run.own(SFT).facts),
    ]
    return Report.of(counts, lines, model=str(model))


@contextmanager
def _stoppable(work: Work, kind: StageKind) -> Iterator[None]:
    """Raises Interrupted for Ctrl-C: what is saved of the training, and what can be done."""
    from training.saved import progressed

    try:
        yield
    except KeyboardInterrupt as stop:
        stage = work.run.own(kind)
        if (saved := progressed(stage.folder)) is None:
            said = "interrupted before a step was saved; run the same command to begin again"
            raise Interrupted(said) from stop
        command = command_of(kind, stage, work.run.path)
        raise Interrupted(
            f"interrupted: {saved.steps:,} of {saved.planned:,} steps are saved\n"
            f"  to go on:         the same command again\n"
            f"  to end it there:  {command} --finish"
        ) from stop


def _check_finish(work: Work, *, finish: bool) -> None:
    if finish and work.if_exists is IfExists.RESTART:
        raise ConfigError("--finish keeps what was trained, --if-exists restart throws it away")


def _ended(counts: TrainingCounts) -> list[str]:
    return [counts.early_end] if counts.early_end else []


def _template_lines(facts: Mapping[str, Any]) -> list[str]:
    from training.conversation_tokens import TEMPLATE

    why = facts.get(TEMPLATE)
    return [f"its chat template is a plain one now: as for the model's own, {why}"] if why else []


def _by_source(counts: SftCounts) -> str:
    """How many conversations are of which source, where there are several."""
    told = [f"{count:,} of {name}" for name, count in sorted(counts.sources.items())]
    return f": {', '.join(told)}" if len(told) > 1 else ""


def _over(counts: SftCounts) -> str:
    over = counts.over_context
    return f", {over:,} of them for the model's own context" if over else ""


def run_dapo(work: Work, model: str | None = None, *, finish: bool = False) -> Report:
    """From the model that SFT made, or another, to one that was rewarded.

    `finish`: to that of the last saved step.
    """
    from training.stages import train_dapo

    request, home, updates = (
        _dapo_request(work, model),
        work.settings.home,
        work.recipe.dapo.updates,
    )
    _check_finish(work, finish=finish)
    with _stoppable(work, DAPO), work.meter("train dapo", at_once=updates) as progress:
        making = Making(work.if_exists, progress)
        counts = train_dapo(work.run, request, home, making, finish=finish)
    made = work.run.own(DAPO).folder / MODEL
    lines = [
        f"{counts.steps:,} steps on {counts.groups_kept:,} useful groups of "
        f"{counts.groups_generated:,} generated",
        *_ended(counts),
        f"the model is in {made}",
        *_template_lines(work.run.own(DAPO).facts),
    ]
    return Report.of(counts, lines, model=str(made))


def _dapo_request(work: Work, model: str | None) -> DapoRequest:
    from cli.models import llm_judge
    from masksearch.agent_prompt import prompt_label, system_prompt
    from training.jobs import DapoSettings, prompt_key
    from training.models.paths import check_path
    from training.stages import DapoRequest

    recipe, run, library = work.recipe, work.run, work.library
    start_from = model or run.finished(SFT)
    path = model or str(run.finished(SFT).folder / MODEL)
    judge = llm_judge(work) if recipe.reward.answer == "judge" else None
    check_path(path, work.settings.home)  # here, so that a wrong path begins no stage
    top_k, guard = recipe.search.top_k, recipe.search.guard
    factory = work.searches()
    files = task_files(run, recipe.dapo.source).values()
    distinct = {prompt_key(task.prompt): task.prompt for file in files for task in file.tasks()}
    return DapoRequest(
        model=recipe.model.changed(path=path),
        start_from=start_from,
        settings=DapoSettings(
            dapo=recipe.dapo,
            reward=recipe.reward,
            curriculum=recipe.curriculum,
            rollout=recipe.rollout,
            guard=guard,
            top_k=top_k,
        ),
        search=recipe.search,
        retriever=factory.open(recipe.search).fingerprint(top_k=top_k, guard=guard),
        prompts={key: system_prompt(library, prompt) for key, prompt in distinct.items()},
        inputs={
            **factory.inputs(recipe.search),
            "prompt": prompt_label(library, run.language),
            **({"judge": judge.name} if judge else {}),
        },
        judge_prompts=library.override,
    )


class ProcessTrainer:
    """Implements ports.TeacherTrainer by SFT in a process of its own."""

    def __init__(self, model: ModelConfig, config: SftConfig, home: Path) -> None:
        self._model = model
        self._config = config
        self._home = home

    def train(self, run: Path) -> Path:
        """Train on the run's exported conversations; returns the model's folder."""
        from training.stages import train_sft

        opened = RunFolder(run)
        train_sft(opened, self._model, self._config, self._home)
        return opened.own(SFT).folder / MODEL
