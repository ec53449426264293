"""The system message of an agent: the prompt file `agent` with the rule for its answer."""

from __future__ import annotations

from masksearch.schemas import MASK, AnswerStyle, Prompt, TaskKind
from prompts import PromptLibrary

ROLE = "agent"


def answer_rule(prompt: Prompt) -> str:
    """What an answer to this kind of task must look like."""
    if prompt.kind is TaskKind.QUESTION:
        return "In the answer give a short answer to the question."
    if prompt.style is AnswerStyle.BLANKS:
        # The same words whatever their number: what prompts share is read only once.
        return f"In the answer give one line for each {MASK}, in order: what stands there."
    return f"In the answer give the text with every {MASK} filled."


def system_prompt(library: PromptLibrary, prompt: Prompt) -> str:
    """The system message for a task; raises PromptError."""
    return library.load(ROLE).render(answer_rule=answer_rule(prompt))
