"""Chat templates that show a conversation alike while it is spoken and once it is whole.

What a model learns must be what it reads when it speaks, here and in other people's programs.
A template that drops or rewrites thoughts, begins a turn otherwise than it shows it later,
knows no system role, or names today's date is replaced by a plain one with the same marks.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from string import Template
from typing import Any, NamedTuple

from jinja2 import TemplateError

from masksearch.errors import ModelError
from masksearch.protocol import ModelTurn, finished
from masksearch.schemas import Hit, Prompt, TaskKind, Turn

_Said = Sequence[tuple[str, str]]
"""Messages as roles with contents."""
_OPEN, _CLOSE = "\ue000", "\ue001"
_PROBED_TURNS = 3
_OF_TEMPLATES = (TemplateError, TypeError, ValueError, LookupError, AttributeError)
"""What a template raises that a conversation does not suit."""
_MARK = r"<[^<>\s]+>|\[[^\[\]\s]+\]"
"""What looks like a mark of a template where the vocabulary has no token for it."""
_TODAY = "strftime_now"
_NO_DAY = datetime(2025, 1, 1, tzinfo=UTC)
"""The date of a plain template: tokens may not differ from one day to the next."""
_PLAIN = Template(
    "{%- for message in messages -%}"
    "{%- if message['role'] not in ['system', 'user', 'assistant'] -%}"
    "{{ raise_exception('Only system, user and assistant speak in this template') }}"
    "{%- elif loop.first and message['role'] == 'system' -%}{{ $with_system }}"
    "{%- elif loop.first -%}{{ $without_system }}"
    "{%- elif message['role'] == 'assistant' -%}{{ $to_assistant }}"
    "{%- elif messages[loop.index0 - 1]['role'] == 'system' -%}{{ $system_to_user }}"
    "{%- else -%}{{ $to_user }}{%- endif -%}"
    "{%- if message['content'] is string -%}{{ message['content'] }}"
    "{%- else -%}{%- for part in message['content'] -%}{{ part['text'] }}{%- endfor -%}"
    "{%- endif -%}"
    "{%- if loop.last and message['role'] == 'assistant' -%}{{ $end }}"
    "{%- elif loop.last and add_generation_prompt -%}{{ $to_assistant }}{%- endif -%}"
    "{%- endfor -%}"
)


def settle_template(tokenizer: Any) -> str:
    """Leave the tokenizer with a template under which training and generation see the same.

    Returns why its own had to be replaced, or nothing. Raises ModelError where no template
    with its marks can do.
    """
    if not tokenizer.chat_template:
        raise ModelError(f"{tokenizer.name_or_path} has no chat template")
    if fault := template_fault(tokenizer):
        tokenizer.chat_template = _replacement(tokenizer)
        if still := template_fault(tokenizer):
            raise ModelError(f"this chat template cannot be trained on: {fault}; {still}")
    return fault


def template_fault(tokenizer: Any) -> str:
    """Where a conversation is not shown alike in training, in generation and by itself."""
    said = probe()
    try:
        if _TODAY in str(tokenizer.get_chat_template()):
            return "it names today's date"
        whole = _rendered(tokenizer, said, continues=False)
        if whole != _composed(tokenizer, said, continues=False):
            return "it shows a turn otherwise than it was said"
        for place, (role, content) in enumerate(said):
            if role == "assistant":
                begun = _rendered(tokenizer, said[:place], continues=True)
                if not whole.startswith(begun + content):
                    return "it begins a turn otherwise than it shows it afterwards"
                if begun != _composed(tokenizer, said[:place], continues=True):
                    return "it shows earlier turns otherwise than they were said"
    except (ModelError, ValueError) as error:  # ValueError: several templates, and no default
        return str(error)
    return ""


def template_pieces(
    tokenizer: Any, roles: Sequence[str], *, continues: bool, parts: bool = False
) -> list[str]:
    """What the template writes before, between and after messages; raises ModelError."""
    stand_ins = [f"{_OPEN}{n}{_CLOSE}" for n in range(len(roles))]
    said = list(zip(roles, stand_ins, strict=True))
    rest = _rendered(tokenizer, said, continues=continues, parts=parts)
    pieces = []
    for stand_in in stand_ins:
        if rest.count(stand_in) != 1:
            raise ModelError("the chat template does not show every message once, as it is")
        before, _, rest = rest.partition(stand_in)
        pieces.append(before)
    return [*pieces, rest]


class Endings:
    """How a template ends a model's turn: what the model has to say to end it itself."""

    def __init__(self, tokenizer: Any) -> None:
        added = [token.content for token in tokenizer.added_tokens_decoder.values()]
        known = sorted((re.escape(one) for one in added if one.strip()), key=len, reverse=True)
        self._marks = re.compile(rf"\s*(?:{'|'.join([*known, _MARK])})")
        self.last = template_pieces(tokenizer, ("user", "assistant"), continues=False)[-1]
        between = template_pieces(tokenizer, ("user", "assistant", "user"), continues=True)[2]
        self.texts = tuple(filter(None, dict.fromkeys(map(self.of, (self.last, between)))))
        """After a last turn and after any other; none where the template has no such mark."""

    def of(self, closing: str) -> str:
        """The part of what stands after a turn by which it is ended."""
        shared = os.path.commonprefix([closing, self.last]).rstrip()  # noqa: RUF071 - no paths
        if shared and self._ends_in_mark(shared):
            return shared
        first = self._marks.match(closing)
        return first[0] if first else ""

    def _ends_in_mark(self, text: str) -> bool:
        return any(found.end() == len(text) for found in self._marks.finditer(text))


def _replacement(tokenizer: Any) -> str:
    """A plain template; those of models that see read content in parts alone."""
    try:
        return _plain_template(tokenizer, parts=False)
    except ModelError as error:
        try:
            return _plain_template(tokenizer, parts=True)
        except ModelError:
            raise error from None


def _plain_template(tokenizer: Any, *, parts: bool) -> str:
    """A template with the marks of the tokenizer's own, and nothing that depends on a turn.

    A system message is folded into the first user message where there is no such role.
    """
    bare = _Marks.of(tokenizer, (), parts=parts)
    try:
        whole = _Marks.of(tokenizer, ("system",), parts=parts)
    except ModelError:
        whole = bare._replace(opening=(*bare.opening, "\n\n"))
    marks = {
        "with_system": whole.opening[0],
        "system_to_user": whole.opening[1],
        "without_system": bare.opening[0],
        "to_assistant": whole.to_assistant,
        "to_user": whole.to_user,
        "end": whole.end,
    }
    quoted = {name: json.dumps(text, ensure_ascii=False) for name, text in marks.items()}
    return _PLAIN.substitute(quoted)


class _Marks(NamedTuple):
    """What a template writes: before and between what opens a conversation, then for each turn."""

    opening: tuple[str, ...]
    to_assistant: str
    to_user: str
    end: str

    @classmethod
    def of(cls, tokenizer: Any, before: Sequence[str], *, parts: bool) -> _Marks:
        """Those of conversations that open with these roles and the user; raises ModelError.

        Taken from the first turns: behind the last question some templates add a thought.
        """
        opening = (*before, "user")
        roles = (*opening, *("assistant", "user") * (_PROBED_TURNS - 1), "assistant")
        pieces = template_pieces(tokenizer, roles, continues=False, parts=parts)
        opened, turns = tuple(pieces[: len(opening)]), pieces[len(opening) :]
        asked = template_pieces(tokenizer, opening, continues=True, parts=parts)
        if tuple(asked[:-1]) != opened or turns[:2] != turns[2:4]:
            raise ModelError("the chat template shows a turn by its place in the conversation")
        return cls(opened, turns[0], turns[1], turns[-1])


def _rendered(tokenizer: Any, said: _Said, *, continues: bool, parts: bool = False) -> str:
    """The messages as the template writes them; raises ModelError where it refuses."""
    messages = [
        {"role": role, "content": [{"type": "text", "text": content}] if parts else content}
        for role, content in said
    ]
    try:
        shown: str = tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=continues, strftime_now=_NO_DAY.strftime
        )
    except _OF_TEMPLATES as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"the chat template refuses a conversation: {reason}") from error
    return shown


def _composed(tokenizer: Any, said: _Said, *, continues: bool) -> str:
    """The messages between the template's pieces, as training puts them together."""
    roles = [role for role, _ in said]
    first, *pieces = template_pieces(tokenizer, roles, continues=continues)
    contents = [content for _, content in said]
    return first + "".join(map("".join, zip(contents, pieces, strict=True)))


def probe() -> list[tuple[str, str]]:
    """A conversation of each kind of message, thoughts, searches and what they found."""
    hit = Hit(id="p#0", title="Mill", text="The mill was built in 1804.", score=1.0)
    turns = [
        Turn(thought=f"Look {n}.", queries=("mill", "river"), hits=(hit,))
        for n in range(1, _PROBED_TURNS)
    ]
    task = Prompt(kind=TaskKind.QUESTION, text="When was the mill built?")
    answer = ModelTurn(thought="It says so.", answer="1804")
    messages = finished("Think, then search or answer.", task, turns, answer)
    return [(message.role, message.content) for message in messages]
