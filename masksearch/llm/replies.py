"""What an endpoint's chat completion says, in whichever of its fields.

Servers of models that think send the thought in fields of their own, as parts of the content,
or within the text; here it is told apart, and the rest is a completion of the plain kind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from masksearch.errors import ChatError
from masksearch.messages import Call, Reply
from masksearch.redaction import unrepeated
from masksearch.schemas import Usage
from masksearch.thoughts import told_apart

if TYPE_CHECKING:
    import openai
    from langchain_core.messages import AIMessage

THOUGHT = "reasoning_content"
"""Where a thought stands in a message that has been made plain."""
_TEXT, _CALLS, _REFUSAL = "content", "tool_calls", "refusal"
FIELDS = (THOUGHT, _REFUSAL)
"""What a plain message holds that OpenAI's client does not carry on."""
_THOUGHT_FIELDS = (THOUGHT, "reasoning", "thinking", "thinking_blocks", "reasoning_details")
"""The first that says anything is read: some servers send a thought under two names."""
_THOUGHT_PARTS = ("thinking", "reasoning", "thought")
_TEXT_FIELDS = ("text", "thinking", "reasoning", "summary", "content", "refusal", "value")
_COUNTS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}
_DEPTH = 6
"""How deep parts may stand within parts."""
_ERROR_FIELDS = ("message", "detail", "msg", "error")
_CODE_FIELDS = ("code", "status_code", "status", "type")
_FAULTS = range(400, 600)
"""What HTTP calls an error."""
_SHOWN_CHARS = 120

_CUT = ("length", "max_", "model_length", "model_context", "incomplete", "token_limit")
_FILTERED = ("content_filter", "safety", "recitation", "sensitive", "blocklist", "prohibited")
_FAILED = ("error", "abort", "cancel", "fail", "network_error", "insufficient_system", "timeout")
"""How the reasons begin with which servers end a reply; all others are of one that is whole."""


class NoCompletion(ValueError):
    """What came is no chat completion."""


_Kind = Literal["text", "thought", "refusal"]


class _Part(NamedTuple):
    kind: _Kind
    text: str


def plain_completion(sent: object) -> dict[str, Any]:
    """A completion with one choice, whose message has a text and a thought.

    Raises openai.APIError for an error that was sent instead, as OpenAI's client does where
    the status says so, too, and NoCompletion for anything else.
    """
    if not isinstance(sent, dict):
        raise NoCompletion(shown(sent))
    choice = _choice(sent)
    if error := choice.get("error"):
        raise sent_error(error)
    message = choice.get("message")
    if not isinstance(message, Mapping):
        raise NoCompletion(f"a choice without a message: {shown(choice)}")
    plain = plain_message(message)
    if message.get(_TEXT) and not any(plain[name] for name in (*FIELDS, _TEXT, _CALLS)):
        raise NoCompletion(f"a message without a text: {shown(message[_TEXT])}")
    for call in plain[_CALLS]:
        call["function"]["arguments"] = _object(call["function"]["arguments"])
    whole = {"message": plain, "finish_reason": choice.get("finish_reason")}
    return {"choices": [whole], "usage": _usage(sent.get("usage"))}


def plain_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message, or a piece of a streamed one, with its text and thought as strings."""
    parts = list(_parts(message.get(_TEXT)))
    in_fields = (_joined(_parts(message.get(name))) for name in _THOUGHT_FIELDS)
    refusals = [*_parts(message.get(_REFUSAL)), *_of("refusal", parts)]
    return {
        "role": "assistant",
        _TEXT: _joined(_of("text", parts)),
        THOUGHT: next(filter(None, in_fields), "") or _joined(_of("thought", parts)),
        _REFUSAL: _joined(refusals),
        _CALLS: list(_calls(message)),
    }


def plain_piece(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A piece of a streamed completion; raises openai.APIError for an error in its place."""
    choices = sent.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    for holder in (sent, choice):
        if isinstance(holder, Mapping) and (error := holder.get("error")):
            raise sent_error(error)
    usage = _usage(sent.get("usage"))
    if not isinstance(choice, Mapping):
        return {"choices": [], "usage": usage}
    delta = choice.get("delta") or choice.get("message")
    said = plain_message(delta if isinstance(delta, Mapping) else {})
    return {
        "choices": [{"delta": said, "finish_reason": choice.get("finish_reason")}],
        "usage": usage,
    }


def sent_error(sent: object) -> openai.APIError:
    """The error that a server sent in place of a reply, with the status that it names."""
    import httpx  # noqa: PLC0415 - with OpenAI's client 1.3 s, which --help must not pay
    import openai  # noqa: PLC0415

    body = sent if isinstance(sent, Mapping) else {"message": str(sent)}
    codes = [str(body[name]) for name in _CODE_FIELDS if body.get(name)]
    status = next((int(code) for code in codes if code.isdecimal()), 0)
    told = f"the endpoint sent an error: {_words(body)}{f' ({shown(codes[0])})' if codes else ''}"
    request: Any = httpx.Request("POST", "/chat/completions")
    if status not in _FAULTS:
        return openai.APIError(told, request, body=body)
    response: Any = httpx.Response(status, request=request)
    return openai.APIStatusError(told, response=response, body=body)


def reply_from(said: AIMessage, seconds: float, secrets: Iterable[str]) -> Reply:
    """A message that was made plain as a reply, without what it repeats of secrets.

    Raises ChatError where it was refused or withheld, openai.APIError where it broke off.
    """
    secrets, fields = tuple(secrets), said.additional_kwargs
    if refusal := fields.get(_REFUSAL):
        raise ChatError(f"the model refuses: {shown(unrepeated(refusal, secrets))}")
    finish = _finish(said.response_metadata)
    apart = told_apart(unrepeated(str(said.content), secrets))
    thought = unrepeated(fields.get(THOUGHT, ""), secrets)
    inline = apart.thought or ""
    own = inline if inline.strip() else thought
    return Reply(
        text=apart.said,
        thought=own if own.strip() else apart.thought,
        calls=tuple(_called(said)),
        finish=finish,
        usage=_tokens(said),
        seconds=seconds,
    )


def _finish(metadata: Mapping[str, Any]) -> Literal["stop", "length"]:
    """A streamed reply names no reason where it broke off; others may leave it out."""
    if "finish_reason" not in metadata:
        raise sent_error("the stream ended before the reply did")
    reason = str(metadata["finish_reason"] or "").lower()
    if reason.startswith(_FAILED):
        raise sent_error(f"the reply ended with {shown(reason)}")
    if reason.startswith(_FILTERED):
        raise ChatError(f"a filter of the endpoint withheld the reply ({shown(reason)})")
    return "length" if reason.startswith(_CUT) else "stop"


def _called(said: AIMessage) -> Iterator[Call]:
    """The tools that were called; arguments that are no JSON object are none."""
    for call in said.tool_calls:
        yield Call(name=call["name"], arguments=call["args"])
    for bad in said.invalid_tool_calls:
        yield Call(name=bad["name"] or "", arguments={})


def _tokens(said: AIMessage) -> Usage:
    used = said.usage_metadata
    if not used:
        return Usage()
    return Usage(prompt_tokens=used["input_tokens"], completion_tokens=used["output_tokens"])


def _choice(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first choice, or what stands for it in a reply of the Responses kind."""
    if error := sent.get("error"):
        raise sent_error(error)
    match sent.get("choices"):
        case [Mapping() as first, *_]:
            return first
    if isinstance(sent.get("output"), list):
        return {"message": {"content": sent["output"]}, "finish_reason": _ended(sent)}
    if any(sent.get(name) for name in _ERROR_FIELDS):
        raise sent_error(sent)
    raise NoCompletion(f"it has no choices: {shown(sent)}")


def _ended(sent: Mapping[str, Any]) -> str:
    """How a reply of the Responses kind ended."""
    if sent.get("status") in (None, "completed"):
        return "stop"
    details = sent.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    return str(reason or sent["status"])


def _parts(content: object, kind: _Kind = "text", depth: int = _DEPTH) -> Iterator[_Part]:
    """The texts of a content: a string, a part, or a list of them."""
    if isinstance(content, str):
        yield _Part(kind, content)
    elif isinstance(content, list | tuple) and depth:
        for one in content:
            yield from _parts(one, kind, depth - 1)
    elif isinstance(content, Mapping) and depth:
        said = next((content[name] for name in _TEXT_FIELDS if content.get(name)), None)
        yield from _parts(said, _kind(content, kind), depth - 1)


def _kind(part: Mapping[str, Any], around: _Kind) -> _Kind:
    """What a part is, by its type: all within a thought is thought."""
    if around != "text":
        return around
    kind = str(part.get("type"))
    if kind.startswith(_THOUGHT_PARTS):
        return "thought"
    return "refusal" if kind == _REFUSAL else "text"


def _of(kind: _Kind, parts: Iterable[_Part]) -> Iterator[_Part]:
    return (part for part in parts if part.kind == kind)


def _joined(parts: Iterable[_Part]) -> str:
    return "".join(part.text for part in parts)


def _calls(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The functions that are called, or pieces of such calls, in OpenAI's form."""
    raw = message.get(_CALLS)
    older = {"function": message.get("function_call")}
    for at, call in enumerate(raw if isinstance(raw, list) and raw else [older]):
        if isinstance(call, Mapping) and isinstance(function := call.get("function"), Mapping):
            place, given = call.get("index"), function.get("arguments")
            yield {
                "index": place if isinstance(place, int) else at,
                "id": str(call.get("id") or ""),
                "type": "function",
                "function": {
                    "name": str(function.get("name") or ""),
                    "arguments": json.dumps(given) if isinstance(given, Mapping) else given or "",
                },
            }


def _object(arguments: str) -> str:
    """A call's arguments, "" where they are no JSON object."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else ""
    except (ValueError, RecursionError):
        return ""


def _usage(sent: object) -> dict[str, int]:
    """The counts of a reply under OpenAI's names; what is no count is left out."""
    known = sent.items() if isinstance(sent, Mapping) else ()
    counts = {name: one for name, one in known if type(one) is int and one >= 0}
    return {_COUNTS.get(name, name): one for name, one in counts.items()}


def _words(body: Mapping[str, Any]) -> str:
    """What an error says, in its own words."""
    said = next((body[name] for name in _ERROR_FIELDS if body.get(name)), None)
    if isinstance(said, Mapping):
        return _words(said)
    return shown(said if said else dict(body))


def shown(sent: object) -> str:
    """The beginning of what was sent, on one line."""
    return " ".join(str(sent).split())[:_SHOWN_CHARS] or "nothing"
