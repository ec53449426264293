"""The planner as a language model."""

from __future__ import annotations

from pydantic import Field

from masksearch.decisions import Plan
from masksearch.protocol import render_task
from masksearch.roles.reply import RoleReply, Text, ask
from masksearch.roles.role import PromptedRole
from masksearch.schemas import Prompt


class PlannerReply(RoleReply):
    """A planner's reply."""

    thought: Text = Field(min_length=1)
    sub_question: Text = Field(min_length=1)


class LLMPlanner(PromptedRole):
    """Decides what to find out first."""

    async def plan(self, prompt: Prompt) -> Plan:
        """Ask the model for a plan; raises ChatError."""
        file = self.prompt.file
        shown = file.piece("user", task=render_task(prompt))
        reply = await ask(self.chat, self.prompt, file.render(), shown, PlannerReply)
        return Plan(thought=reply.thought, sub_question=reply.sub_question)
