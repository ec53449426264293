"""What is sent to a chat model, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator

from masksearch.schemas import Prompt, Tokens, Usage, Value
from masksearch.text import encodable


class Dialect(StrEnum):
    """How an episode is laid out in messages.

    `chat`: every information block is a user message. `single_turn`: the same words, the whole
    episode one assistant message. `search_r1`: that, in the words and the layout of Search-R1's
    published checkpoints.
    """

    CHAT = "chat"
    SINGLE_TURN = "single_turn"
    SEARCH_R1 = "search_r1"


class Segment(NamedTuple):
    """A stretch of a message, whether it is the model's own, and as what it was sampled."""

    text: str
    trainable: bool
    tokens: Tokens | None = None


class Message(Value):
    """One message of a chat; `tokens` where a model sampled the content itself.

    `segments` join to the content of a message in which a model spoke and read in turn; one of
    an assistant that stands last is to be continued.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    tokens: Tokens | None = None
    segments: tuple[Segment, ...] = ()


Examples = Callable[[Prompt], Sequence[Message]]
"""Makes the messages that stand before a task, to show a model what is wanted."""


def no_examples(prompt: Prompt) -> Sequence[Message]:
    """For a model that was trained for what it is asked."""
    return ()


class Decoding(NamedTuple):
    """How a reply is drawn: up to a stop string or `max_tokens`; temperature 0 is greedy."""

    stop: Sequence[str] = ()
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0


GREEDY = Decoding()


Encodable = Annotated[str, AfterValidator(encodable)]
_NAME_CHARS = 60


class Call(Value):
    """A tool that a model called; name and arguments are as it gave them."""

    name: Encodable
    arguments: Mapping[str, Any]

    @property
    def told(self) -> str:
        """What is called, for a reason."""
        return f"the tool {' '.join(self.name.split())[:_NAME_CHARS]}"


class Reply(Value):
    """What a model said. `text` may end inside the last of `tokens`.

    `finish` is `stop` at a stop string (or where an endpoint says so), `end` where the
    model is known to have ended its turn without one, `length` where it was cut. `thought`
    is None where nobody has told it from the text.
    """

    text: Encodable
    thought: Encodable | None = None
    calls: tuple[Call, ...] = ()
    finish: Literal["stop", "end", "length"] = "stop"
    usage: Usage = Usage()
    seconds: float = 0.0
    tokens: Tokens | None = None

    @property
    def is_thought_only(self) -> bool:
        """Whether nothing came after the thought."""
        return self.thought is not None and not self.text.strip() and not self.calls

    @property
    def cut(self) -> str:
        """Where and in what it was cut; "" where it was not."""
        if self.finish != "length":
            return ""
        tokens = self.usage.completion_tokens
        where = f"cut at {tokens} tokens" if tokens else "cut at its most tokens"
        return where + " while thinking" * self.is_thought_only
