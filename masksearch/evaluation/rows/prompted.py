"""What the rows of the model before any training have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from masksearch.agent_prompt import prompt_label, system_prompt
from masksearch.evaluation.row import EvalContext, Inputs, Prompting, Row
from masksearch.evaluation.worked_examples import (
    EXAMPLE,
    Layout,
    question_example,
    worked_examples,
)
from masksearch.messages import Examples, Message
from masksearch.schemas import Prompt, TaskKind
from masksearch.stages import TRACES


class PromptedModel(Row):
    """The base model with a prompt and solved tasks of the kind that it is asked."""

    role: ClassVar[str]
    """Whose prompt file it is asked with."""
    is_sampled = True

    def inputs(self, context: EvalContext) -> Inputs:
        """The model, the prompt, and what it is shown: traces, or the made-up question."""
        shown: Inputs = (
            {EXAMPLE: prompt_label(context.library, context.run.language, EXAMPLE)}
            if context.kind is TaskKind.QUESTION
            else {"traces": context.run.finished(TRACES)}
        )
        model = context.agents.label(context.base_model)
        return {"model": model, **shown, **context.prompt_input(self.role)}

    def check(self, context: EvalContext) -> None:
        """That it may be a model."""
        context.agents.check(context.base_model)

    def prompting(self, context: EvalContext, layout: Layout) -> Prompting:
        """How it is asked, with examples in its own layout."""

        def system(prompt: Prompt) -> str:
            return system_prompt(context.library, prompt, self.role)

        return Prompting(system, _examples(context, layout))


def _examples(context: EvalContext, layout: Layout) -> Examples:
    """Solved tasks of the kind that is asked: a question's in its own language."""
    of_traces = context.kind is TaskKind.RAMP
    masked = worked_examples(context.run, context.num_masks, layout) if of_traces else ()

    def examples(prompt: Prompt) -> Sequence[Message]:
        if prompt.kind is TaskKind.RAMP:
            return masked
        return question_example(context.library, prompt.lang, layout)

    return examples
