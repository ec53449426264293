"""Who can take the model's turns in an agent's episode: a chat model or a team."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from masksearch import search_r1
from masksearch.decisions import Observation
from masksearch.episode import Episode
from masksearch.messages import Decoding, Examples, Message, Reply, no_examples
from masksearch.ports import ChatModel, Team
from masksearch.protocol import (
    STOPS,
    ModelTurn,
    read_plainly,
    read_turn,
    render_turn,
    retrieved,
)
from masksearch.role_prompt import RolePrompt
from masksearch.schemas import Prompt, TaskKind


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

    A turn is drawn from the episode's seed and the number of the turn. One that `only_answers`
    may answer a question in plain words.
    """

    chat: ChatModel
    system: Callable[[Prompt], str]
    max_tokens: int = 512
    examples: Examples = no_examples
    temperature: float = 0.0
    only_answers: bool = False

    @property
    def name(self) -> str:
        """The model's name."""
        return self.chat.name

    async def take_turn(self, episode: Episode) -> Episode:
        """Continue the episode's conversation up to the next action."""
        reply = await self.chat.complete(self.messages(episode), self._decoding(episode, STOPS))
        is_plain = self.only_answers and episode.prompt.kind is TaskKind.QUESTION
        return episode.speak(reply, read=read_plainly if is_plain else read_turn)

    def messages(self, episode: Episode) -> list[Message]:
        """What the model reads."""
        prompt = episode.prompt
        return episode.messages(self.system(prompt), self.examples(prompt))

    def _decoding(self, episode: Episode, stop: Sequence[str]) -> Decoding:
        seed = episode.seed + len(episode.turns)
        return Decoding(stop, self.max_tokens, self.temperature, seed)


class ReadingPolicy(ChatPolicy):
    """A chat model that is shown what was found for its task, and answers."""

    def messages(self, episode: Episode) -> list[Message]:
        """The hits above the task."""
        prompt = episode.prompt
        return retrieved(self.system(prompt), prompt, episode.turns, self.examples(prompt))


@dataclass(frozen=True)
class SearchR1Policy(ChatPolicy):
    """A chat model that is asked and read as Search-R1's checkpoints are.

    `system` makes what the user says, `wording` are the published words for a task.
    """

    wording: Callable[[Prompt], RolePrompt] = field(kw_only=True)

    async def take_turn(self, episode: Episode) -> Episode:
        """Go on with the episode's one message up to the next search, or to its end."""
        stop = search_r1.STOPS
        reply = await self.chat.complete(self.messages(episode), self._decoding(episode, stop))
        return episode.act(reply)

    def messages(self, episode: Episode) -> list[Message]:
        """The question, and what was said and read so far."""
        prompt = episode.prompt
        return search_r1.messages(
            self.wording(prompt), self.system(prompt), episode.said, episode.turns
        )


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
