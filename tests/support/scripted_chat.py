"""A chat model that plays the agent: it searches once and answers right, or wrong, by its seed."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from masksearch.messages import Decoding, Message, Reply
from masksearch.protocol import STOPS, ModelTurn, render_turn
from masksearch.schemas import Usage

_ONE_TURN_BEFORE = 1


@dataclass
class PlaysAgent:
    """`answers` are found by a text that the task shows; `is_right` is asked with the seed."""

    answers: Mapping[str, str]
    is_right: Callable[[int], bool] = lambda seed: True
    name: str = "plays-agent"
    calls: list[tuple[str, int, int]] = field(default_factory=list)
    """What was shown, the episode's seed, and the turn."""
    temperatures: set[float] = field(default_factory=set)
    hang_at: tuple[str, int] | None = None
    """An answer to hang before, and in which of the calls for it."""
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def complete(self, messages: list[Message], decoding: Decoding) -> Reply:
        shown = next(
            text for text in self.answers if text in messages[-1 - 2 * _turn(messages)].content
        )
        turn, seed = _turn(messages), decoding.seed
        self.calls.append((shown, seed - turn, turn))
        self.temperatures.add(decoding.temperature)
        await self.called(shown, seed - turn, turn)
        assert decoding.stop == STOPS
        return Reply(text=self._said(shown, seed - turn, turn), usage=Usage(prompt_tokens=1))

    async def called(self, shown: str, seed: int, turn: int) -> None:
        if self.hang_at == (shown, sum(call[0] == shown for call in self.calls)):
            self.hanging.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    def _said(self, shown: str, seed: int, turn: int) -> str:
        if turn < _ONE_TURN_BEFORE:
            return render_turn(ModelTurn(thought="look", queries=(shown[:60],)))
        answer = self.answers[shown] if self.is_right(seed) else "something else"
        return render_turn(ModelTurn(thought="so", answer=answer))


def _turn(messages: list[Message]) -> int:
    return sum(message.role == "assistant" for message in messages)
