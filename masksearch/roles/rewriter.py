"""The rewriter as a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from masksearch.ports import ChatModel
from masksearch.protocol import MAX_QUERIES
from masksearch.roles.context import show_sub_question
from masksearch.roles.reply import Said, Text, ask
from masksearch.schemas import Prompt, Turn
from prompts import PromptFile


class RewriterSaid(Said):
    """A rewriter's reply."""

    queries: list[Text] = Field(min_length=1)


@dataclass(frozen=True)
class LLMRewriter:
    """Turns a sub-question into different queries."""

    chat: ChatModel
    file: PromptFile

    @property
    def prompt_version(self) -> str:
        """The prompt file in use, as `version@sha`."""
        return self.file.label

    async def rewrite(
        self, prompt: Prompt, sub_question: str, turns: Sequence[Turn]
    ) -> tuple[str, ...]:
        """Ask the model for queries; raises ChatError."""
        system = self.file.render(max_queries=str(MAX_QUERIES))
        shown = show_sub_question(prompt, sub_question, turns)
        said = await ask(self.chat, system, shown, RewriterSaid, check=_no_query)
        return fresh_queries(said.queries, turns)


def _no_query(said: RewriterSaid) -> str:
    return "" if any(query.split() for query in said.queries) else "every query is empty"


def fresh_queries(queries: Sequence[str], turns: Sequence[Turn]) -> tuple[str, ...]:
    """At most four different queries, none asked before unless there are no others."""
    lines = dict.fromkeys(line for query in queries if (line := " ".join(query.split())))
    asked = {query for turn in turns for query in turn.queries}
    fresh = [line for line in lines if line not in asked]
    return tuple((fresh or list(lines))[:MAX_QUERIES])
