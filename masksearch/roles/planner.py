"""The planner as a language model."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from masksearch.decisions import Plan
from masksearch.ports import ChatModel
from masksearch.roles.context import show_task
from masksearch.roles.reply import Said, Text, ask
from masksearch.schemas import Prompt
from prompts import PromptFile


class PlannerSaid(Said):
    """A planner's reply."""

    thought: Text = Field(min_length=1)
    sub_question: Text = Field(min_length=1)


@dataclass(frozen=True)
class LLMPlanner:
    """Decides what to find out first."""

    chat: ChatModel
    file: PromptFile

    @property
    def prompt_version(self) -> str:
        """The prompt file in use, as `version@sha`."""
        return self.file.label

    async def plan(self, prompt: Prompt) -> Plan:
        """Ask the model for a plan; raises ChatError."""
        said = await ask(self.chat, self.file.render(), show_task(prompt), PlannerSaid)
        return Plan(thought=said.thought, sub_question=said.sub_question)
