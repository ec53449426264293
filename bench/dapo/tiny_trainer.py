"""The real DAPO trainer around the tiny model, with what it is given to say and to earn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from masksearch.bundled import bundled_passages
from masksearch.schemas import Guard, Prompt, Task, TaskKind, Trajectory
from masksearch.scoring.reward import Reward
from masksearch.search.factory import search_passages
from training.config import CurriculumConfig, DapoConfig
from training.conversation_tokens import ConversationTokens
from training.curriculum import Curriculum, TaskStream
from training.dapo.trainer import DapoParts
from training.models.decoding import Decoder
from training.models.loading import LoadedModel
from training.rollout.engine import RolloutEngine, Sampled, Sampling, Trained
from training.rollout.loop import RolloutSettings, RolloutWorker

_CYCLE, _TASKS = 10, 40


class StillEngine(RolloutEngine):
    """Generates with a decoder; it and the trained model are one."""

    @classmethod
    def opened(cls, trained: Trained) -> StillEngine:
        """For a model that is trained."""
        return cls(Decoder(trained.model, trained.tokenizer))

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    def take_weights(self) -> None:
        """Nothing: there is no other copy."""

    def close(self) -> None:
        """Nothing is held."""

    def generate(
        self, prompts: Sequence[list[int]], sampling: Sampling, seeds: Sequence[int]
    ) -> list[Sampled]:
        """Continue prompts."""
        return self._decoder.decode(prompts, sampling, seeds)


class StubReward:
    """Rewards by the task alone: of ten tasks in a row, `useful` have rewards that differ."""

    def __init__(self, useful: int) -> None:
        self._useful = useful

    async def __call__(self, rollouts: Sequence[tuple[Task, Trajectory]]) -> list[Reward]:
        """1, except that every second rollout of a useful task earns nothing."""
        return [self._reward(at, task) for at, (task, _) in enumerate(rollouts)]

    def _reward(self, at: int, task: Task) -> Reward:
        is_useful = int(task.id) % _CYCLE < self._useful
        earned = float(at % 2) if is_useful else 1.0
        return Reward(total=earned, format=1.0, answer=earned)


def parts(
    loaded: LoadedModel, decoder: Decoder, config: DapoConfig, reward: Any
) -> DapoParts:  # fmt: skip
    """What the trainer puts together, with a small search and a stream of tasks."""
    tasks = [_task(number) for number in range(_TASKS)]
    curriculum, engine = Curriculum(CurriculumConfig(), [0]), StillEngine(decoder)
    search = search_passages(bundled_passages(), snippet_chars=80)
    settings = RolloutSettings(
        config.max_turns, 2, Guard.NONE, config.max_tokens, config.temperature
    )
    tokens = ConversationTokens(loaded.tokenizer)
    worker = RolloutWorker(tokens, engine.generate, search, _system, settings)
    return DapoParts(engine, worker, reward, TaskStream(tasks, curriculum), curriculum)


def load_tiny(folder: Path) -> LoadedModel:
    """The tiny model, in float32."""
    from training.config import ModelConfig
    from training.models.loading import load_model

    return load_model(ModelConfig(path=str(folder)), folder, dtype=torch.float32)


def _task(number: int) -> Task:
    prompt = Prompt(kind=TaskKind.QUESTION, text=f"What is number {number}?")
    return Task(id=str(number), prompt=prompt, answers=(("a number",),))


def _system(prompt: Prompt) -> str:
    return "Answer."
