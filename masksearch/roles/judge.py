"""The judge as a language model."""

from __future__ import annotations

from masksearch.protocol import escape, render_task
from masksearch.roles.reply import RoleReply, Text, ask
from masksearch.roles.role import PromptedRole
from masksearch.schemas import Task, Verdict

METHOD = "llm"


class JudgeReply(RoleReply):
    """A judge's reply: a verdict per blank."""

    reason: Text
    correct: list[bool]


class LLMJudge(PromptedRole):
    """Compares an answer with the gold one; accepted when every part is right."""

    async def judge(self, task: Task, answer: str) -> Verdict:
        """Ask the model; raises ChatError where no verdict can be read."""
        wanted, file = len(task.answers), self.prompt.file

        def miscounted(reply: JudgeReply) -> str:
            given = len(reply.correct)
            if given == wanted:
                return ""
            return file.piece("miscounted", given=str(given), wanted=str(wanted))

        system = file.render(num_answers=str(wanted))
        shown = self._shown(task, answer)
        reply = await ask(self.chat, self.prompt, system, shown, JudgeReply, check=miscounted)
        return Verdict(
            accepted=all(reply.correct),
            score=sum(reply.correct) / wanted,
            method=METHOD,
            judge=self.name,
            reason=reply.reason,
        )

    def _shown(self, task: Task, answer: str) -> str:
        """Not the thoughts, which could talk the judge round."""
        file = self.prompt.file
        accepted = [
            file.piece("accepted", number=str(number), texts=" | ".join(map(escape, texts)))
            for number, texts in enumerate(task.answers, 1)
        ]
        return file.piece(
            "user",
            task=render_task(task.prompt),
            accepted="\n".join(accepted),
            answer=escape(answer),
        )
