"""The model before any training, prompted."""

from masksearch.evaluation.row import EvalContext, Inputs, Prompting, Row
from masksearch.evaluation.worked_examples import worked_examples
from masksearch.ports import Agent
from masksearch.schemas import Guard
from masksearch.stages import TRACES


class PromptedAgent(Row):
    """The base model with the agent's prompt and two solved training tasks."""

    name = "agent"
    explanation = "the same model before, shown two solved tasks"
    aliases = ("untrained",)
    is_stage_of_learning = True

    def inputs(self, context: EvalContext) -> Inputs:
        """The model, the traces that it is shown some of, and the prompt."""
        traces = context.run.finished(TRACES)
        return {"model": context.base_model, "traces": traces, **context.prompt_input()}

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with worked examples that search."""
        examples = worked_examples(context.run, context.num_masks, searching=True)
        prompting = Prompting(context.system, examples)
        return context.agents.chat_agent(self.name, context.base_model, prompting, guard=guard)
