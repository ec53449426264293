"""Models of the user's own: a path, an endpoint, or either asked as Search-R1 is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from masksearch.evaluation.row import EvalContext, Inputs, Prompting, Row
from masksearch.ports import Agent
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard
from masksearch.search_r1 import MAX_TOKENS, MAX_TURNS, ROLE, TOP_K

ENDPOINT, SEARCH_R1 = "endpoint:", "search-r1:"
_LABELLED = re.compile(r"(?:(?P<label>[\w.-]+)=)?(?P<model>.*)", re.DOTALL)
_ASSET = "smollm2"


class OwnModel(Row):
    """A model's folder or hub id, as `--model` names it, or `endpoint:NAME`.

    Its row is called by the last part of that, or by a label of the user's.
    """

    prefix = "model-"
    is_sampled = True

    def __init__(self, path: str, label: str = "") -> None:
        self.path = path
        self.explanation = f"{path}, asked as an agent" if path else ""
        self.name = self.prefix + (label or self._short)

    @property
    def _short(self) -> str:
        return Path(self.path).name

    def inputs(self, context: EvalContext) -> Inputs:
        """The model and the prompt."""
        return {"model": context.agents.label(self.path), **context.prompt_input()}

    def check(self, context: EvalContext) -> None:
        """That it may be a model."""
        context.agents.check(self.path)

    def weights(self, run: RunFolder) -> Path | None:
        """Its folder, which may say what it was trained with."""
        return Path(self.path)

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with the agent's prompt."""
        prompting = Prompting(context.system)
        return context.agents.chat_agent(self.name, self.path, prompting, guard=guard)


class EndpointModel(OwnModel):
    """A model behind the settings `MASKSEARCH_NAME_…`, or the agent's where no name is given."""

    prefix = "endpoint-"

    @property
    def _short(self) -> str:
        return self.path.partition(":")[2] or "agent"

    def weights(self, run: RunFolder) -> Path | None:
        """None here."""
        return None


class SearchR1Model(OwnModel):
    """A model, at a path or an endpoint, asked and read as Search-R1's checkpoints are."""

    prefix = "search-r1-"
    limits: ClassVar[Mapping[str, int]] = {
        "max_turns": MAX_TURNS,
        "max_tokens": MAX_TOKENS,
        "top_k": TOP_K,
    }

    def __init__(self, path: str, label: str = "") -> None:
        super().__init__(path, label)
        self.explanation = f"{path}, by Search-R1's protocol" if path else ""

    @property
    def _short(self) -> str:
        return Path(self.path.replace(":", "-")).name

    def inputs(self, context: EvalContext) -> Inputs:
        """The model and the published prompt."""
        return {"model": context.agents.label(self.path), **context.prompt_input(ROLE)}

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with the published prompt."""
        prompting = context.search_r1(self.limits)
        return context.agents.search_r1_agent(self.name, self.path, prompting, guard=guard)


_KINDS = (OwnModel, EndpointModel, SearchR1Model)


def own_row(text: str) -> OwnModel | None:
    """The row of a model as one names it, `LABEL=` before it or not; None for what names none.

    A model is `endpoint:NAME`, a path or a Hugging Face id, each with `search-r1:` before it
    where it is to be asked so.
    """
    match = _LABELLED.fullmatch(text)
    label, model = (match["label"] or "", match["model"]) if match else ("", text)
    bare = model.removeprefix(SEARCH_R1)
    is_endpoint = f"{bare}:".startswith(ENDPOINT)
    if not is_endpoint and not ("/" in bare or bare == _ASSET or Path(bare).is_dir()):
        return None
    if model != bare:
        return SearchR1Model(bare, label)
    return EndpointModel(bare, label) if is_endpoint else OwnModel(bare, label)


def is_own(name: str) -> bool:
    """Whether a row in a run is called so for being a model of the user's own."""
    return any(name.startswith(kind.prefix) for kind in _KINDS)


def stored_row(name: str) -> OwnModel:
    """The row of a name in a run, where nobody needs to know the model."""
    kind = next((one for one in _KINDS if name.startswith(one.prefix)), OwnModel)
    return kind("", name.removeprefix(kind.prefix))
