"""The system message of an agent: a prompt file with the rule for its answer."""

from __future__ import annotations

from masksearch.role_prompt import role_prompt
from masksearch.schemas import Prompt
from prompts import PromptLibrary

ROLE = "agent"


def system_prompt(library: PromptLibrary, prompt: Prompt, role: str = ROLE) -> str:
    """The system message for a task, in its language if it can; raises PromptError."""
    used = role_prompt(library, role, prompt.lang)
    return used.file.render(answer_rule=used.answer_rule(prompt))


def prompt_label(library: PromptLibrary, lang: str, role: str = ROLE) -> str:
    """What tasks in `lang` are asked with, for the record; raises PromptError."""
    return role_prompt(library, role, lang).label
