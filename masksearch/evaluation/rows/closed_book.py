"""The model before any training, without a search."""

from __future__ import annotations

from masksearch.agent_prompt import system_prompt
from masksearch.evaluation.row import EvalContext, Inputs, Prompting, Row
from masksearch.evaluation.worked_examples import worked_examples
from masksearch.ports import Agent
from masksearch.schemas import Guard, Prompt
from masksearch.stages import TRACES

_ROLE = "closed_book"


class ClosedBook(Row):
    """The base model that answers at once, from what it knows."""

    name = "closed-book"
    explanation = "the same model before, without a search"
    is_baseline = True

    def inputs(self, context: EvalContext) -> Inputs:
        """The model, the traces that it is shown some of, and the prompt."""
        traces = context.run.finished(TRACES)
        return {"model": context.base_model, "traces": traces, **context.prompt_input(_ROLE)}

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with worked examples that answer at once, and no turn to search in."""

        def system(prompt: Prompt) -> str:
            return system_prompt(context.library, prompt, _ROLE)

        examples = worked_examples(context.run, context.num_masks, searching=False)
        prompting = Prompting(system, examples, max_turns=0)
        return context.agents.chat_agent(self.name, context.base_model, prompting, guard=guard)
