"""The model that teaches as an agent, by the name that a recipe gives it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cli.models import LateChat, Models, chat_at, is_endpoint
from cli.work import Work, heed_mismatches
from masksearch.errors import ConfigError
from masksearch.stages import DAPO, MODEL, SFT, TRACES, StageKind

if TYPE_CHECKING:
    from masksearch.manifest import Stage
    from masksearch.ports import ChatModel
    from masksearch.schemas import Fingerprint

_TRAINED: dict[str, StageKind] = {"sft": SFT, "dapo": DAPO}


class Teaching(NamedTuple):
    """A model that teaches, and what names it in a manifest: never a key."""

    chat: ChatModel
    made_from: str | Stage


def teaching_model(work: Work, searched_with: Callable[[int], Fingerprint]) -> Teaching:
    """The model that `synth.model` names; raises MaskSearchError before anything is begun.

    `searched_with` gives what is searched, by `top_k`: who was trained with something else
    is warned of.
    """
    name = work.recipe.synth.model
    if is_endpoint(name):
        return _at_endpoint(work, name)
    kind = _TRAINED.get(name)
    stage = _trained_below(work, name, kind) if kind else None
    path = str(stage.folder / MODEL) if stage else name
    _warn_of_mismatch(path, searched_with(work.recipe.search.top_k))
    return Teaching(_in_process(work, path), stage or name)


def _at_endpoint(work: Work, name: str) -> Teaching:
    chat = chat_at(work, name)
    return Teaching(chat, f"{name} {chat.name}")


def _trained_below(work: Work, name: str, kind: StageKind) -> Stage:
    """A stage of a run below: what a run trained itself was taught by that run's own traces."""
    run = work.run
    if run.holding(kind, making=TRACES)[0] is run:
        raise ConfigError(
            f"synth.model is {name}, which must have been trained in a run below {run.path}: "
            f"begin a new run on that one, with --run NEW --on {run.path}"
        )
    return run.finished(kind, making=TRACES)


def _in_process(work: Work, path: str) -> ChatModel:
    from training.models.paths import check_path

    recipe, home = work.recipe, work.settings.home
    check_path(path, home)
    return LateChat(Models(recipe.model, work.run, home, recipe.synth.concurrency), path)


def _warn_of_mismatch(path: str, used: Fingerprint) -> None:
    from masksearch.search.fingerprints import mismatch

    if difference := mismatch(Path(path), used):
        heed_mismatches([difference], strict=False)
