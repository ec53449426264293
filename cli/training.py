"""The two trainings, each in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.work import Report, Work
from masksearch.making import Making
from masksearch.run_folder import RunFolder
from masksearch.stages import DAPO, EXPORT, MODEL, SFT, TASKS, TRAIN

if TYPE_CHECKING:
    from masksearch.counts import SftCounts
    from training.config import ModelConfig, SftConfig
    from training.stages import DapoRequest


def run_sft(work: Work) -> Report:
    """From conversations to a trained model."""
    from training.models.paths import check_path
    from training.stages import train_sft

    recipe, home = work.recipe, work.settings.home
    work.run.finished(EXPORT)
    check_path(recipe.model.path, home)  # here, so that a wrong path begins no stage
    with work.meter("train sft") as progress:
        counts = train_sft(
            work.run, recipe.model, recipe.sft, home, Making(work.if_exists, progress)
        )
    model = work.run.own(SFT).folder / MODEL
    lines = [
        f"trained on {counts.traces:,} of {counts.available:,} conversations "
        f"({counts.tokens:,} tokens) in {counts.steps:,} steps",
        f"mean loss {counts.loss}; {counts.too_long:,} conversations were too long{_over(counts)}",
        f"the model is in {model}",
        *_template_lines(work.run.own(SFT).facts),
    ]
    return Report.of(counts, lines, model=str(model))


def _template_lines(facts: Mapping[str, Any]) -> list[str]:
    from training.conversation_tokens import TEMPLATE

    why = facts.get(TEMPLATE)
    return [f"its chat template is a plain one now: as for the model's own, {why}"] if why else []


def _over(counts: SftCounts) -> str:
    over = counts.over_context
    return f", {over:,} of them for the model's own context" if over else ""


def run_dapo(work: Work, model: str | None = None) -> Report:
    """From the model that SFT made, or another, to one that was rewarded."""
    from training.stages import train_dapo

    request = _dapo_request(work, model)
    with work.meter("train dapo") as progress:
        counts = train_dapo(work.run, request, work.settings.home, Making(work.if_exists, progress))
    made = work.run.own(DAPO).folder / MODEL
    ended = f"; ended early: {counts.ended}" if counts.ended else ""
    lines = [
        f"{counts.steps:,} steps on {counts.groups_kept:,} useful groups of "
        f"{counts.groups_generated:,} generated{ended}",
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
    run.finished(TASKS)
    distinct = {prompt_key(task.prompt): task.prompt for task in run.tasks(TRAIN)}
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
