"""The judge as a language model."""

from __future__ import annotations

from dataclasses import dataclass

from masksearch.ports import ChatModel
from masksearch.roles.context import show_answer
from masksearch.roles.reply import Said, Text, ask
from masksearch.schemas import Task, Verdict
from prompts import PromptFile

METHOD = "llm"


class JudgeSaid(Said):
    """A judge's reply: a verdict per blank."""

    reason: Text
    correct: list[bool]


@dataclass(frozen=True)
class LLMJudge:
    """Compares an answer with the gold one; accepted when every part is right."""

    chat: ChatModel
    file: PromptFile

    @property
    def prompt_version(self) -> str:
        """The prompt file in use, as `version@sha`."""
        return self.file.label

    @property
    def name(self) -> str:
        """The model and the prompt file in use."""
        return f"{self.chat.name} {self.prompt_version}"

    async def judge(self, task: Task, answer: str) -> Verdict:
        """Ask the model; raises ChatError where no verdict can be read."""
        wanted = len(task.answers)

        def miscounted(said: JudgeSaid) -> str:
            given = len(said.correct)
            return "" if given == wanted else f"{given} verdicts, {wanted} wanted"

        system = self.file.render(num_answers=str(wanted))
        shown = show_answer(task, answer)
        said = await ask(self.chat, system, shown, JudgeSaid, check=miscounted)
        return Verdict(
            accepted=all(said.correct),
            score=sum(said.correct) / wanted,
            method=METHOD,
            judge=self.name,
            reason=said.reason,
        )
