"""In-process models, loaded one at a time, and which of a run's models is its best."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from masksearch.errors import StoreError
from masksearch.manifest import Stage
from masksearch.messages import GREEDY, Decoding
from masksearch.run_folder import RunFolder, command_of
from masksearch.stages import DAPO, MODEL, SFT

if TYPE_CHECKING:
    from cli.work import Work
    from masksearch.llm.openai import EndpointChat
    from masksearch.messages import Message, Reply
    from masksearch.roles.judge import LLMJudge
    from training.config import ModelConfig
    from training.models.generator import LocalChat
    from training.models.loading import LoadedModel
    from training.models.scorer import LocalScorer


ENDPOINT = "endpoint"
"""What names a model that is not in this process: alone, or with `:NAME` of its settings."""


def is_endpoint(name: str) -> bool:
    """Whether a model's name says that it is at an endpoint."""
    return name == ENDPOINT or name.startswith(f"{ENDPOINT}:")


def chat_at(work: Work, name: str) -> EndpointChat:
    """The chat model at an endpoint, the agent's where it has no name; raises ModelError."""
    _, _, own = name.partition(":")
    return work.chats.named(own) if own else work.chats.role("agent")


@contextmanager
def collection_paused() -> Iterator[None]:
    """Let nothing look for garbage: of the half a million objects of torch none is any.

    It took a fifth of the time to load a model.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Models:
    """Chat models by path; the last one stays loaded, since rows share it.

    Without a run, nothing that is found out of the machine is written down.
    """

    def __init__(
        self, config: ModelConfig, run: RunFolder | None, home: Path, max_batch: int
    ) -> None:
        self._config = config
        self._run = run
        self._home = home
        self._max_batch = max_batch
        self._loaded: dict[str, LocalChat] = {}

    def chat(self, path: str) -> LocalChat:
        """The model at a folder, hub id or asset name; raises ModelError."""
        if path not in self._loaded:
            self._loaded.clear()
            with collection_paused():
                from training.models.generator import LocalChat

                loaded, _ = self._load(path)
                self._loaded[path] = LocalChat(loaded, path, self._max_batch)
        return self._loaded[path]

    def scorer(self, path: str) -> LocalScorer:
        """The model at a path, to say how hard spans are to guess; raises ModelError."""
        from training.models.scorer import LocalScorer

        loaded, config = self._load(path)
        return LocalScorer(loaded, f"{path} ({config.dtype})")

    def _load(self, path: str) -> tuple[LoadedModel, ModelConfig]:
        """A model, and how it was loaded."""
        from training.models.paths import check_path

        check_path(path, self._home)  # before anything is found out and written down for it
        from training.models.dtype import settled
        from training.quiet import quiet_libraries

        quiet_libraries()
        from training.models.loading import load_model

        config = settled(self._config, self._run) if self._run else self._config
        return load_model(config.model_copy(update={"path": path}), self._home), config


class LateChat:
    """A chat model that is loaded when it first speaks: a stage may have nothing left to do."""

    def __init__(self, models: Models, path: str) -> None:
        self.name = path
        self._models = models

    async def complete(self, messages: Sequence[Message], decoding: Decoding = GREEDY) -> Reply:
        """Continue `messages`; raises ModelError where the model cannot be loaded."""
        return await self._models.chat(self.name).complete(messages, decoding)


def llm_judge(work: Work) -> LLMJudge:
    """The judge that is a language model; raises ModelError where its endpoint is not set."""
    from masksearch.role_prompt import role_prompt
    from masksearch.roles.judge import LLMJudge

    return LLMJudge(work.chats.role("judge"), role_prompt(work.library, "judge"))


def best_model(run: RunFolder) -> Path:
    """The model that a run trained last; raises StoreError when there is none yet."""
    stages: tuple[Stage, ...] = (run.stage(DAPO), run.stage(SFT))
    made = [stage for stage in stages if stage.done]
    if made:
        return max(made, key=lambda stage: stage.touched).folder / MODEL
    command = command_of(SFT, run.own(SFT), run.path)
    raise StoreError(
        f"{run.path} has no trained model yet: run `{command}` first, or name a model with --model"
    )
