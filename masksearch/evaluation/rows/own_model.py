"""A model of the user's own."""

from __future__ import annotations

from pathlib import Path

from masksearch.evaluation.row import EvalContext, Inputs, Prompting, Row
from masksearch.ports import Agent
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard

OWN = "model-"
"""What the names of such rows begin with."""


class OwnModel(Row):
    """A model's folder or hub id, as `--model` names it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = f"{OWN}{Path(path).name}"

    def inputs(self, context: EvalContext) -> Inputs:
        """The path and the prompt."""
        return {"model": self.path, **context.prompt_input()}

    def weights(self, run: RunFolder) -> Path | None:
        """Its folder, which may say what it was trained with."""
        return Path(self.path)

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with the agent's prompt."""
        prompting = Prompting(context.system)
        return context.agents.chat_agent(self.name, self.path, prompting, guard=guard)
