"""Who can take the model's turns in an agent's episode: a chat model or a team."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from masksearch.decisions import Observation
from masksearch.episode import Episode
from masksearch.messages import Message, Reply
from masksearch.ports import ChatModel, Team
from masksearch.protocol import STOPS, ModelTurn, render_turn
from masksearch.schemas import Prompt, Turn


class Speaker(Protocol):
    """Whoever takes the model's turns in an episode."""

    async def speak(self, episode: Episode) -> Reply:
        """The next turn, in the protocol's text; raises ChatError."""
        ...


@dataclass(frozen=True)
class ChatSpeaker:
    """A chat model as the speaker, greedy."""

    chat: ChatModel
    system: Callable[[Prompt], str]
    max_tokens: int = 512
    seed: int = 0
    examples: Sequence[Message] = ()

    async def speak(self, episode: Episode) -> Reply:
        """Continue the episode's conversation up to the next action."""
        return await self.chat.complete(
            episode.messages(self.system(episode.prompt), self.examples),
            stop=STOPS,
            max_tokens=self.max_tokens,
            temperature=0.0,
            seed=self.seed,
        )


@dataclass(frozen=True)
class TeamSpeaker:
    """A deterministic team spoken through the protocol.

    A turn in an episode does not say which sub-question it was for, so the team's
    decisions are taken again from the start; nothing is read back out of any text.
    """

    team: Team

    async def speak(self, episode: Episode) -> Reply:
        """What the team would say next, rendered as an agent's turn."""
        prompt, known = episode.prompt, list[Turn]()
        plan = await self.team.planner.plan(prompt)
        step = Observation(thought=plan.thought, sub_question=plan.sub_question)
        for turn in episode.turns:
            known.append(turn.model_copy(update={"sub_question": step.sub_question}))
            last = len(known) >= episode.max_turns
            step = await self.team.observer.observe(prompt, known, must_answer=last)
        queries: tuple[str, ...] = ()
        if step.answer is None:
            queries = await self.team.rewriter.rewrite(prompt, step.sub_question, known)
        said = ModelTurn(thought=step.thought, queries=queries, answer=step.answer)
        return Reply(text=render_turn(said))
