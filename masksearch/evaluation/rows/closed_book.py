"""The model before any training, without a search."""

from masksearch.evaluation.row import EvalContext
from masksearch.evaluation.rows.prompted import PromptedModel
from masksearch.evaluation.worked_examples import at_once
from masksearch.ports import Agent
from masksearch.schemas import Guard


class ClosedBook(PromptedModel):
    """The base model that answers at once, from what it knows."""

    name = "closed-book"
    explanation = "the same model before, without a search"
    role = "closed_book"
    is_baseline = True
    searches = 0

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with worked examples that answer at once, and no turn to search in."""
        prompting = self.prompting(context, at_once)
        once = prompting._replace(limits={"max_turns": self.searches}, only_answers=True)
        return context.agents.chat_agent(self.name, context.base_model, once, guard=guard)
