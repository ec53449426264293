"""Who can take the model's turns in an agent's episode: a chat model or a team."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from masksearch.decisions import Observation
from masksearch.episode import Episode
from masksearch.messages import Decoding, Message, Reply
from masksearch.ports import ChatModel, Team
from masksearch.protocol import STOPS, ModelTurn, render_turn
from masksearch.schemas import Prompt


class TurnPolicy(Protocol):
    """Whoever takes the model's turns in an episode."""

    @property
    def name(self) -> str:
        """Its name for the record."""
        ...

    async def take_turn(self, episode: Episode) -> Episode:
        """The episode after one more turn in the protocol's text; raises ChatError."""
        ...


@dataclass(frozen=True)
class ChatPolicy:
    """A chat model, greedy unless a temperature is given.

    A turn is drawn from the episode's seed and the number of the turn.
    """

    chat: ChatModel
    system: Callable[[Prompt], str]
    max_tokens: int = 512
    examples: Sequence[Message] = ()
    temperature: float = 0.0

    @property
    def name(self) -> str:
        """The model's name."""
        return self.chat.name

    async def take_turn(self, episode: Episode) -> Episode:
        """Continue the episode's conversation up to the next action."""
        messages = episode.messages(self.system(episode.prompt), self.examples)
        seed = episode.seed + len(episode.turns)
        decoding = Decoding(STOPS, self.max_tokens, self.temperature, seed)
        return episode.speak(await self.chat.complete(messages, decoding))


@dataclass(frozen=True)
class TeamPolicy:
    """A team that needs no model, spoken through the protocol."""

    team: Team

    @property
    def name(self) -> str:
        """The team's name."""
        return self.team.name

    async def take_turn(self, episode: Episode) -> Episode:
        """What the team would do next, rendered and read as an agent's turn."""
        step = await self._decision(episode)
        queries: tuple[str, ...] = ()
        if step.answer is None:
            rewriter = self.team.rewriter
            queries = await rewriter.rewrite(episode.prompt, step.sub_question, episode.turns)
        turn = ModelTurn(thought=step.thought, queries=queries, answer=step.answer)
        return episode.speak(Reply(text=render_turn(turn)), sub_question=step.sub_question)

    async def _decision(self, episode: Episode) -> Observation:
        if not episode.turns:
            plan = await self.team.planner.plan(episode.prompt)
            return Observation(thought=plan.thought, sub_question=plan.sub_question)
        return await self.team.observer.observe(
            episode.prompt, episode.turns, must_answer=episode.is_spent
        )
