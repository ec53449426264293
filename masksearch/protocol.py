"""What an agent may say and how it is read: the one place that knows our tags.

A model's turn is `<think>…</think>` and then one action: `<search>` with one to four
queries, one a line, or `<answer>`. What a search found comes back in `<information>`.

Text that is not the model's own (passages, questions, hits) and text inside a turn is
escaped, so it can forge neither our tags nor a tokenizer's special tokens. Only the
text that the model itself produced is ever parsed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

from pydantic import Field, field_validator, model_validator

from masksearch.messages import Call, Message, Reply
from masksearch.schemas import Hit, Prompt, TaskKind, Tokens, Turn, Value
from masksearch.text import encodable

MAX_QUERIES = 4
STOPS = ("</search>", "</answer>")

_LABELS = {"en": ("Title: ", "Blanks: "), "zh": ("标题：", "空格数：")}
"""Before a task's title and its number of blanks, by its language."""
_TAG_NAMES = "think|search|information|answer"
_FORGED = rf"<(?=\||/?(?:{_TAG_NAMES}))"
_FORGERY = re.compile(_FORGED)
_ESCAPED = re.compile(r"&((?:amp;)*)lt;")
_STOP = re.compile("|".join(map(re.escape, STOPS)))
_TURN = re.compile(r"\s*<think>(.*?)</think>\s*<(search|answer)>(.*?)</\2>\s*", re.DOTALL)
_FENCE = re.compile(r"\A\s*```\w*\s*(?=<)")
_ACTION = re.compile(r"\s*<(?:search|answer)>")
_SEARCH_TOOL, _QUERY_ARGUMENTS = "search", ("query", "queries")
_OPEN_ACTION = re.compile(rf"\s*<think>.*?</think>\s*<(search|answer)>(?!.*{_FORGED})", re.DOTALL)


class ModelTurn(Value):
    """One turn of a model: a thought and either queries or an answer."""

    thought: str = ""
    queries: tuple[str, ...] = Field(default=(), max_length=MAX_QUERIES)
    answer: str | None = None

    @field_validator("thought")
    @classmethod
    def _strip(cls, thought: str) -> str:
        return thought.strip()

    @field_validator("answer")
    @classmethod
    def _strip_lines(cls, answer: str | None) -> str | None:
        return None if answer is None else answer.strip()

    @field_validator("queries")
    @classmethod
    def _one_line_each(cls, queries: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line for query in queries if (line := " ".join(query.split())))

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        if (self.answer is None) == (not self.queries):
            raise ValueError("a turn holds either queries or an answer")
        return self


class Malformed(Value):
    """A model's text that is not a turn, and why."""

    reason: str
    text: str


def escape(text: str) -> str:
    """Make text unable to forge our tags or special tokens; `unescape` is exact."""
    return _FORGERY.sub("&lt;", _ESCAPED.sub(r"&amp;\1lt;", text))


def unescape(text: str) -> str:
    """Undo `escape`."""
    return _ESCAPED.sub(lambda m: f"&{m[1][4:]}lt;" if m[1] else "<", text)


def render_turn(turn: ModelTurn) -> str:
    """The text of a turn, ending with the tag at which generation stops."""
    thought = f"<think>{escape(turn.thought)}</think>\n"
    if turn.answer is not None:
        return f"{thought}<answer>\n{escape(turn.answer)}\n</answer>"
    return f"{thought}<search>\n{escape(chr(10).join(turn.queries))}\n</search>"


def read_turn(reply: Reply) -> ModelTurn | Malformed:
    """Read a reply as a turn: its text, or its calls of a search as if they were written."""
    if reply.calls and not _ACTION.match(reply.text):
        return _called(reply)
    text = turn_text(reply)
    if reply.is_thought_only:
        return Malformed(reason="nothing but a thought", text=text)
    return parse_turn(text)


def read_plainly(reply: Reply) -> ModelTurn | Malformed:
    """Read a reply of whoever may only answer: words without any of our tags are the answer."""
    turn, words = read_turn(reply), reply.text.strip()
    is_plain = bool(words) and not reply.calls and not _FORGERY.search(words)
    if isinstance(turn, ModelTurn) or not is_plain or reply.finish == "length":
        return turn
    return ModelTurn(thought=unescape(reply.thought or ""), answer=unescape(words))


def turn_text(reply: Reply) -> str:
    """A reply as one text of the protocol, settled.

    A thought that was told apart is escaped, so that no tag in it can act.
    """
    cut = reply.finish != "stop"
    if reply.thought is None:
        return settle(reply.text, cut=cut)
    thought = f"<think>{escape(unescape(reply.thought))}"
    if reply.is_thought_only:
        return thought
    return settle(f"{thought}</think>{_FENCE.sub('', reply.text)}", cut=cut)


def _called(reply: Reply) -> ModelTurn | Malformed:
    """The search that tools were called for; what stands beside a call is thought aloud."""
    thought = unescape(reply.thought if reply.thought is not None else reply.text)
    queries = [query for call in reply.calls for query in _queries(call)]
    if reply.cut or not queries:
        reason = f"a call of {reply.calls[0].told} instead of an action"
        return Malformed(reason=reason, text=thought)
    if len(queries) > MAX_QUERIES:
        return Malformed(reason=_miscounted(queries), text=thought)
    return ModelTurn(thought=thought, queries=tuple(queries))


def _queries(call: Call) -> list[str]:
    if call.name != _SEARCH_TOOL:
        return []
    given = [call.arguments.get(name) for name in _QUERY_ARGUMENTS]
    asked = [one for each in given for one in (each if isinstance(each, list) else [each])]
    return [encodable(one) for one in asked if isinstance(one, str) and one.strip()]


def _miscounted(queries: Sequence[str]) -> str:
    return f"{len(queries)} queries, 1 to {MAX_QUERIES} allowed"


def parse_turn(text: str) -> ModelTurn | Malformed:
    """Read a model's turn; anything but a thought and one action is Malformed."""
    if not (match := _TURN.fullmatch(text)):
        return Malformed(reason=_fault(text), text=text)
    thought, action, body = match.groups()
    if _FORGERY.search(thought) or _FORGERY.search(body):
        return Malformed(reason="a tag inside the thought or the action", text=text)
    if action == "answer":
        return ModelTurn(thought=unescape(thought), answer=unescape(body))
    queries = [line for line in unescape(body).splitlines() if line.strip()]
    if not 1 <= len(queries) <= MAX_QUERIES:
        return Malformed(reason=_miscounted(queries), text=text)
    return ModelTurn(thought=unescape(thought), queries=tuple(queries))


def _fault(text: str) -> str:
    if not text.strip():
        return "empty turn"
    if not text.lstrip().startswith("<think>"):
        return "no thought first"
    if "</think>" not in text:
        return "the thought is not closed"
    if not any(stop in text for stop in STOPS):
        return "no closed <search> or <answer>"
    return "not one thought followed by one action"


def settle(text: str, *, cut: bool = False) -> str:
    """A reply as if generation had stopped at the first closing action tag.

    Cuts what an endpoint let run past the tag, and restores a tag that it stripped,
    unless the reply was `cut` at its length: half an action is not an action.
    """
    if stop := _STOP.search(text):
        return text[: stop.end()]
    if not cut and (opened := _OPEN_ACTION.match(text)):
        return f"{text.rstrip()}\n</{opened[1]}>"
    return text


def render_task(prompt: Prompt) -> str:
    """The task as the agent reads it, with the number of its blanks: small models miscount."""
    if prompt.kind is TaskKind.QUESTION:
        return escape(prompt.text)
    named, counted = _LABELS.get(prompt.lang.partition("-")[0], _LABELS["en"])
    title = f"{named}{escape(prompt.title)}\n" if prompt.title else ""
    return f"{title}{counted}{prompt.num_masks}\n{escape(prompt.text)}"


def render_information(hits: Sequence[Hit], error: str = "") -> str:
    """What a search brought back, or that it failed and why."""
    blocks = [f"[{n}] {escape(hit.title)}\n{escape(hit.text)}" for n, hit in enumerate(hits, 1)]
    if error:
        blocks = [f"The search failed: {escape(error)}"]
    return "<information>\n" + ("\n".join(blocks) or "Nothing was found.") + "\n</information>"


def opening(system: str, prompt: Prompt, examples: Sequence[Message] = ()) -> list[Message]:
    """The messages before the model's first turn."""
    return [
        Message(role="system", content=system),
        *examples,
        Message(role="user", content=render_task(prompt)),
    ]


def turn_messages(turn: Turn) -> list[Message]:
    """A finished search turn: the model's words and what came back."""
    said = render_turn(ModelTurn(thought=turn.thought, queries=turn.queries))
    return [
        Message(role="assistant", content=said, tokens=turn.tokens),
        Message(role="user", content=render_information(turn.hits, turn.error)),
    ]


def conversation(
    system: str, prompt: Prompt, turns: Sequence[Turn], examples: Sequence[Message] = ()
) -> list[Message]:
    """Everything said so far, in dialect `chat`."""
    said = [message for turn in turns for message in turn_messages(turn)]
    return [*opening(system, prompt, examples), *said]


def retrieved(
    system: str, prompt: Prompt, turns: Sequence[Turn], examples: Sequence[Message] = ()
) -> list[Message]:
    """What a model reads that is shown what was found for a task, and does not search itself."""
    hits = [hit for turn in turns for hit in turn.hits]
    errors = "; ".join(turn.error for turn in turns if turn.error)
    shown = f"{render_information(hits, errors)}\n{render_task(prompt)}"
    return [*opening(system, prompt, examples)[:-1], Message(role="user", content=shown)]


def finished(
    system: str,
    prompt: Prompt,
    turns: Sequence[Turn],
    final: ModelTurn,
    tokens: Tokens | None = None,
) -> list[Message]:
    """A whole episode with its answer, for export, in dialect `chat`.

    `tokens` are those of the last turn, where a model sampled it.
    """
    messages = conversation(system, prompt, turns)
    return [*messages, Message(role="assistant", content=render_turn(final), tokens=tokens)]
