"""The observer as a language model."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from masksearch.decisions import Observation
from masksearch.protocol import escape, render_information, render_task
from masksearch.roles.reply import RoleReply, Text, ask
from masksearch.roles.role import PromptedRole
from masksearch.schemas import Prompt, Turn


class ObserverReply(RoleReply):
    """An observer's reply; an answer of several fills may be a list."""

    thought: Text = Field(min_length=1)
    sub_question: Text | None = None
    answer: Text | list[Text] | None = None

    @property
    def text(self) -> str:
        """The answer as text, one fill a line; "" where there is none."""
        lines = self.answer if isinstance(self.answer, list) else [self.answer or ""]
        return "\n".join(lines).strip()


class LLMObserver(PromptedRole):
    """Reads what was found and decides how to go on."""

    async def observe(
        self, prompt: Prompt, turns: Sequence[Turn], *, must_answer: bool
    ) -> Observation:
        """Ask the model for the next sub-question or the answer; raises ChatError."""
        file = self.prompt.file
        system = file.render(
            answer_rule=self.prompt.answer_rule(prompt),
            turn_rule=file.piece("must_answer" if must_answer else "may_search"),
        )
        shown = self._shown(prompt, turns)
        check = self._no_answer if must_answer else self._no_decision
        reply = await ask(self.chat, self.prompt, system, shown, ObserverReply, check=check)
        if reply.text:
            return Observation(thought=reply.thought, answer=reply.text)
        return Observation(thought=reply.thought, sub_question=reply.sub_question or "")

    def _shown(self, prompt: Prompt, turns: Sequence[Turn]) -> str:
        """The task, and every search with its results."""
        task = self.prompt.file.piece("task", task=render_task(prompt))
        return "\n\n".join([task, *map(self._search, range(1, len(turns) + 1), turns)])

    def _search(self, number: int, turn: Turn) -> str:
        return self.prompt.file.piece(
            "search",
            number=str(number),
            thought=escape(turn.thought),
            queries="; ".join(map(escape, turn.queries)),
            results=render_information(turn.hits, turn.error),
        )

    def _no_answer(self, reply: ObserverReply) -> str:
        return "" if reply.text else self.prompt.file.piece("no_answer")

    def _no_decision(self, reply: ObserverReply) -> str:
        return "" if reply.text or reply.sub_question else self.prompt.file.piece("no_decision")
