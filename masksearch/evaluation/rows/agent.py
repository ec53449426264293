"""The model before any training, prompted."""

from masksearch.agent_prompt import ROLE
from masksearch.evaluation.row import EvalContext
from masksearch.evaluation.rows.prompted import PromptedModel
from masksearch.evaluation.worked_examples import searching
from masksearch.ports import Agent
from masksearch.schemas import Guard


class PromptedAgent(PromptedModel):
    """The base model with the agent's prompt and solved tasks (Agent-PE of MaskSearch's tables)."""

    name = "agent"
    explanation = "the same model before, prompted to search and shown solved tasks"
    aliases = ("untrained",)
    role = ROLE
    is_stage_of_learning = True

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with worked examples that search."""
        prompting = self.prompting(context, searching)
        return context.agents.chat_agent(self.name, context.base_model, prompting, guard=guard)
