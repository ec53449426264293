"""The judge of answers that change with time, as a language model."""

from __future__ import annotations

from masksearch.protocol import escape
from masksearch.roles.reply import RoleReply, Text, ask
from masksearch.roles.role import PromptedRole
from masksearch.schemas import Task

ROLE = "fresh_judge"


class FreshReply(RoleReply):
    """What the judge found, by both rules."""

    reason: Text
    relaxed: bool
    strict: bool


class FreshJudge(PromptedRole):
    """Compares an answer with those of FreshQA's file, by its relaxed and its strict rule."""

    async def judge(self, task: Task, answer: str) -> FreshReply:
        """Ask the model; raises ChatError where no verdict can be read."""
        file = self.prompt.file

        def contradictory(reply: FreshReply) -> str:
            return file.piece("strict") if reply.strict and not reply.relaxed else ""

        shown = file.piece(
            "user",
            question=escape(task.prompt.text),
            accepted="\n".join(f"- {escape(text)}" for text in task.answers[0]),
            premise="yes" if task.question and task.question.false_premise else "no",
            answer=escape(answer),
        )
        system = file.render()
        return await ask(self.chat, self.prompt, system, shown, FreshReply, check=contradictory)
