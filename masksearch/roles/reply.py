"""How a role asks its model and reads the JSON object in the reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from masksearch.errors import ChatError
from masksearch.json_objects import json_objects
from masksearch.llm.meter import record
from masksearch.messages import Decoding, Message, Reply
from masksearch.ports import ChatModel
from masksearch.protocol import escape, unescape
from masksearch.role_prompt import RolePrompt
from masksearch.thoughts import told_apart

MAX_TOKENS = 2048
"""Room for models that think aloud before they reply."""
_TRIES = 2


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
        read, fault = None, _lack(reply)
        if not fault:
            read, fault = read_reply(reply.text, kind, check)
        if read is not None:
            return read
        fault = fault or prompt.reply.piece("no_object")
        messages = [*messages[:2], *_again(prompt, reply.text, fault)]
    raise ChatError(f"the reply of {chat.name} cannot be read: {fault}")


def _lack(reply: Reply) -> str:
    """Why a reply is none: whatever object a cut one holds may be a draft."""
    if reply.cut:
        return f"it was {reply.cut}"
    if reply.calls and not reply.text.strip():
        return f"it calls {reply.calls[0].told}"
    return "it is nothing but a thought" if reply.is_thought_only else ""


def read_reply(
    text: str, kind: type[S], check: Callable[[S], str] = nothing_wrong
) -> tuple[S | None, str]:
    """The last object in a reply that is of that kind, or None and what is wrong with the last.

    What is wrong is "" where there is no object at all. The last, since a model that thinks
    aloud may draft objects before it settles; what stands in its thought is never read.
    """
    fault = ""
    for raw in reversed(json_objects(told_apart(text).said)):
        read, wrong = _as_kind(raw, kind)
        if read is not None and not (wrong := check(read)):
            return read, ""
        fault = fault or wrong
    return None, fault


def _as_kind(raw: dict[str, Any], kind: type[S]) -> tuple[S | None, str]:
    try:
        return kind.model_validate(raw), ""
    except ValidationError as error:
        first = error.errors()[0]
        return None, f"{'.'.join(map(str, first['loc'])) or 'the object'}: {first['msg']}"


def _again(prompt: RolePrompt, text: str, fault: str) -> Sequence[Message]:
    shown = escape(text) or prompt.reply.piece("nothing")
    return (
        Message(role="assistant", content=shown),
        Message(role="user", content=escape(prompt.reply.piece("again", fault=fault))),
    )
