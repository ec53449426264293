"""How a role asks its model and reads the JSON object in the reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from masksearch.errors import ChatError
from masksearch.llm.meter import record
from masksearch.messages import Decoding, Message
from masksearch.ports import ChatModel
from masksearch.protocol import escape, unescape
from masksearch.role_prompt import RolePrompt

MAX_TOKENS = 2048
"""Room for models that think aloud before they reply."""
_TRIES = 2
_READ_CHARS = 20_000
"""The end of a reply that is searched for an object: every brace costs a try."""


class RoleReply(BaseModel):
    """What a role must reply; further keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


S = TypeVar("S", bound=RoleReply)


def _as_meant(text: str) -> str:
    """Unescaped; half a surrogate pair is a ValueError, since no file can store it."""
    return unescape(text.encode().decode())


Text = Annotated[str, AfterValidator(_as_meant)]
"""Text from a model that was shown escaped text, and may have copied some."""


def nothing_wrong(_: RoleReply) -> str:
    """A check that passes everything."""
    return ""


async def ask(
    chat: ChatModel,
    prompt: RolePrompt,
    system: str,
    user: str,
    kind: type[S],
    *,
    check: Callable[[S], str] = nothing_wrong,
) -> S:
    """Ask for a JSON object of that kind; what cannot be read is asked for once more.

    `check` says what is wrong with an object that can be read. Raises ChatError with the
    reason when the second reply is no better.
    """
    messages = [Message(role="system", content=system), Message(role="user", content=user)]
    for _ in range(_TRIES):
        reply = await chat.complete(messages, Decoding(max_tokens=MAX_TOKENS))
        record(reply.usage)
        read, fault = read_reply(reply.text, kind, check)
        if read is not None:
            return read
        fault = fault or prompt.reply.piece("no_object")
        messages = [*messages[:2], *_again(prompt, reply.text, fault)]
    raise ChatError(f"the reply of {chat.name} cannot be read: {fault}")


def read_reply(
    text: str, kind: type[S], check: Callable[[S], str] = nothing_wrong
) -> tuple[S | None, str]:
    """The last object in a reply that is of that kind, or None and what is wrong with it.

    What is wrong is "" where there is no object at all.
    The last, since a model that thinks aloud may draft objects before it settles.
    """
    fault = ""
    for raw in reversed(list(json_objects(text))):
        try:
            read = kind.model_validate(raw)
        except ValidationError as error:
            first = error.errors()[0]
            fault = f"{'.'.join(map(str, first['loc'])) or 'the object'}: {first['msg']}"
            continue
        if not (fault := check(read)):
            return read, ""
    return None, fault


def json_objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects near the end of a text, in order, whatever stands around them."""
    text = text[-_READ_CHARS:]
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
            yield value
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)


def _again(prompt: RolePrompt, text: str, fault: str) -> Sequence[Message]:
    shown = escape(text) or prompt.reply.piece("nothing")
    return (
        Message(role="assistant", content=shown),
        Message(role="user", content=escape(prompt.reply.piece("again", fault=fault))),
    )
