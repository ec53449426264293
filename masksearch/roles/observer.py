"""The observer as a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from masksearch.agent_prompt import answer_rule
from masksearch.decisions import Observation
from masksearch.ports import ChatModel
from masksearch.roles.context import show_turns
from masksearch.roles.reply import Said, Text, ask
from masksearch.schemas import Prompt, Turn
from prompts import PromptFile

_MAY_SEARCH = "You may search again."
_MUST_ANSWER = "No search is left: answer now, with the most likely words where you are not sure."


class ObserverSaid(Said):
    """An observer's reply; an answer of several fills may be a list."""

    thought: Text = Field(min_length=1)
    sub_question: Text | None = None
    answer: Text | list[Text] | None = None

    @property
    def text(self) -> str:
        """The answer as text, one fill a line; "" where there is none."""
        lines = self.answer if isinstance(self.answer, list) else [self.answer or ""]
        return "\n".join(lines).strip()


@dataclass(frozen=True)
class LLMObserver:
    """Reads what was found and decides how to go on."""

    chat: ChatModel
    file: PromptFile

    @property
    def prompt_version(self) -> str:
        """The prompt file in use, as `version@sha`."""
        return self.file.label

    async def observe(
        self, prompt: Prompt, turns: Sequence[Turn], *, must_answer: bool
    ) -> Observation:
        """Ask the model for the next sub-question or the answer; raises ChatError."""
        rule = _MUST_ANSWER if must_answer else _MAY_SEARCH
        system = self.file.render(answer_rule=answer_rule(prompt), turn_rule=rule)
        check = _no_answer if must_answer else _no_decision
        said = await ask(self.chat, system, show_turns(prompt, turns), ObserverSaid, check=check)
        if said.text:
            return Observation(thought=said.thought, answer=said.text)
        return Observation(thought=said.thought, sub_question=said.sub_question or "")


def _no_answer(said: ObserverSaid) -> str:
    return "" if said.text else "no search is left, an answer is wanted"


def _no_decision(said: ObserverSaid) -> str:
    return "" if said.text or said.sub_question else "neither a sub_question nor an answer"
