"""The system message of an agent: the prompt file `agent` with the rule for its answer."""

from __future__ import annotations

from masksearch.schemas import MASK, AnswerStyle, Prompt, TaskKind
from prompts import PromptLibrary

ROLE = "agent"

# The same words whatever the number of blanks: what prompts share is read only once.
_RULES = {
    "en": {
        AnswerStyle.BLANKS: f"In the answer give one line for each {MASK}, in order: "
        "what stands there.",
        AnswerStyle.PASSAGE: f"In the answer give the text with every {MASK} filled.",
    },
    "zh": {
        AnswerStyle.BLANKS: f"在 answer 中按顺序为每个 {MASK} 写一行：该处原来的文字。",
        AnswerStyle.PASSAGE: f"在 answer 中写出填好所有 {MASK} 的全文。",
    },
}
_QUESTION_RULES = {
    "en": "In the answer give a short answer to the question.",
    "zh": "在 answer 中简短地回答问题。",
}


def answer_rule(prompt: Prompt) -> str:
    """What an answer to this kind of task must look like, in the task's language."""
    lang = language_of(prompt)
    if prompt.kind is TaskKind.QUESTION:
        return _QUESTION_RULES[lang]
    return _RULES[lang][prompt.style]


def language_of(prompt: Prompt) -> str:
    """The language in which a task is spoken of: its own where we have it, else English."""
    return spoken(prompt.lang)


def spoken(lang: str) -> str:
    """The language in which we speak of tasks in `lang`."""
    primary = lang.partition("-")[0]
    return primary if primary in _RULES else "en"


def system_prompt(library: PromptLibrary, prompt: Prompt) -> str:
    """The system message for a task; raises PromptError."""
    return library.load(ROLE, lang=language_of(prompt)).render(answer_rule=answer_rule(prompt))


def prompt_label(library: PromptLibrary, lang: str, role: str = ROLE) -> str:
    """The prompt file that tasks in `lang` are asked with, for the record; raises PromptError."""
    return library.load(role, lang=spoken(lang)).label
