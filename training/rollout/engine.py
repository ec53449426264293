"""What generates rollouts: token ids in, token ids out. Imports no torch.

An engine continues prompts of ids and never text: what was sampled is neither decoded nor
encoded again. A token that completes a stop string is kept whole, and a token that ends a turn
stands apart. An engine that draws from random streams of its own may ignore the seeds; a
training on it is then not repeated bit by bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, Self

from masksearch.messages import Reply
from masksearch.schemas import Tokens, Usage
from training.config import RolloutConfig
from training.conversation_tokens import ConversationTokens

Finish = Literal["stop", "end", "length"]


class Sampling(NamedTuple):
    """How the rows of one batch are continued; temperature 0 is greedy."""

    stop: tuple[str, ...] = ()
    max_tokens: int = 512
    temperature: float = 0.0


class EndToken(NamedTuple):
    """A sampled token that ends the turn and is no part of what was said."""

    id: int
    logprob: float


class Sampled(NamedTuple):
    """One row's new tokens, each with its log-probability under what it was drawn from.

    Greedy rows keep the log-probabilities of temperature 1. A token that ends the turn
    stands apart, in `end`.
    """

    ids: list[int]
    logprobs: list[float]
    finish: Finish
    end: EndToken | None = None


GenerateFn = Callable[[Sequence[list[int]], Sampling, Sequence[int]], list[Sampled]]
"""Continues prompts of token ids together; one seed a prompt."""


class Trained(NamedTuple):
    """What an engine is opened with: the model that is trained, as it is loaded."""

    model: Any
    tokenizer: Any
    dtype: Any
    """The torch data type to compute in."""
    config: RolloutConfig


class RolloutEngine(ABC):
    """Generates with weights that it takes over from the trained model when it is told to."""

    @classmethod
    @abstractmethod
    def opened(cls, trained: Trained) -> Self:
        """The engine for a training; raises ConfigError or ModelError for what is missing.

        It is opened before TRL patches the model's forward.
        """

    @abstractmethod
    def generate(
        self, prompts: Sequence[list[int]], sampling: Sampling, seeds: Sequence[int]
    ) -> list[Sampled]:
        """The new tokens of every prompt; raises ModelError."""

    @abstractmethod
    def take_weights(self) -> None:
        """Generate with the trained model as it is now."""

    @abstractmethod
    def close(self) -> None:
        """Give back what it holds; nothing is generated after it."""


def as_reply(
    sampled: Sampled, prompt_tokens: int, tokens: ConversationTokens, seconds: float
) -> Reply:
    """What a row says, as the step machine and the record take it."""
    return Reply(
        text=tokens.tokenizer.decode(sampled.ids, skip_special_tokens=True),
        finish=sampled.finish,
        usage=Usage(prompt_tokens=prompt_tokens, completion_tokens=len(sampled.ids)),
        seconds=seconds,
        tokens=Tokens(ids=tuple(sampled.ids), tokenizer=tokens.identity),
    )


def seed_of(*parts: int) -> int:
    """A seed that depends on all its parts, the same in every process."""
    return hash(parts) & (2**63 - 1)
