"""What is sent to a chat model, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator

from masksearch.schemas import Tokens, Usage, Value
from masksearch.text import encodable


class Dialect(StrEnum):
    """How an episode is laid out in messages.

    `chat`: every information block is a user message. `single_turn`: the whole episode
    is one assistant message, as Search-R1 and verl read it.
    """

    CHAT = "chat"
    SINGLE_TURN = "single_turn"


class Message(Value):
    """One message of a chat; `tokens` where a model sampled the content itself."""

    role: Literal["system", "user", "assistant"]
    content: str
    tokens: Tokens | None = None


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
