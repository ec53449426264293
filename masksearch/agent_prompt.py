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
        lines = f"{prompt.num_masks} line{'s' * (prompt.num_masks > 1)}"
        return f"In the answer give {lines}, one fill for each {MASK}, in order."
    return f"In the answer give the text with every {MASK} filled."


def system_prompt(library: PromptLibrary, prompt: Prompt) -> str:
    """The system message for a task; raises PromptError."""
    return library.load(ROLE).render(answer_rule=answer_rule(prompt))
