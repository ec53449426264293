"""The rewriter as a language model."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from masksearch.protocol import MAX_QUERIES, escape, render_task
from masksearch.roles.reply import RoleReply, Text, ask
from masksearch.roles.role import PromptedRole
from masksearch.schemas import Prompt, Turn


class RewriterReply(RoleReply):
    """A rewriter's reply."""

    queries: list[Text] = Field(min_length=1)


class LLMRewriter(PromptedRole):
    """Turns a sub-question into different queries."""

    async def rewrite(
        self, prompt: Prompt, sub_question: str, turns: Sequence[Turn]
    ) -> tuple[str, ...]:
        """Ask the model for queries; raises ChatError."""
        system = self.prompt.file.render(max_queries=str(MAX_QUERIES))
        shown = self._shown(prompt, sub_question, turns)
        reply = await ask(self.chat, self.prompt, system, shown, RewriterReply, check=self._fault)
        return fresh_queries(reply.queries, turns)

    def _shown(self, prompt: Prompt, sub_question: str, turns: Sequence[Turn]) -> str:
        file = self.prompt.file
        known = [file.piece("query", query=escape(q)) for turn in turns for q in turn.queries]
        return file.piece(
            "user",
            task=render_task(prompt),
            sub_question=escape(sub_question),
            queries="\n".join(known) or file.piece("no_queries"),
        )

    def _fault(self, reply: RewriterReply) -> str:
        written = any(query.split() for query in reply.queries)
        return "" if written else self.prompt.file.piece("empty")


def fresh_queries(queries: Sequence[str], turns: Sequence[Turn]) -> tuple[str, ...]:
    """At most four different queries, none asked before unless there are no others."""
    lines = dict.fromkeys(line for query in queries if (line := " ".join(query.split())))
    asked = {query for turn in turns for query in turn.queries}
    fresh = [line for line in lines if line not in asked]
    return tuple((fresh or list(lines))[:MAX_QUERIES])
