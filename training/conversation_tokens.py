"""Conversations as token ids, the same for SFT, rollouts and evaluation.

A chat template is rendered around stand-ins for the messages. Its fixed pieces are
tokenised with their special tokens; every message on its own with special tokens split,
so `<|im_end|>` in a page stays text; and what a model sampled keeps its very ids. So a
conversation grows by concatenation and is never decoded and encoded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from jinja2 import TemplateError

from masksearch.errors import ModelError
from masksearch.export import Segment
from masksearch.messages import Message

_OPEN, _CLOSE = "\ue000", "\ue001"


class Tokens(NamedTuple):
    """A conversation's ids, and which of them may be trained on."""

    ids: list[int]
    trainable: list[bool]


class ConversationTokens:
    """Encodes conversations for one tokenizer with a chat template."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        if not tokenizer.chat_template:
            raise ModelError(f"{tokenizer.name_or_path} has no chat template")
        self._pieces = lru_cache(maxsize=256)(self._render)

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Ids that a model continues: the messages and the start of its turn."""
        roles = tuple(message.role for message in messages)
        contents = [self._content(message) for message in messages]
        pieces = self._pieces(roles, True)
        joined = list(pieces[0])
        for ids, piece in zip(contents, pieces[1:], strict=True):
            joined += [*ids, *piece]
        return joined

    def training(self, roles: Sequence[str], segments: Sequence[Sequence[Segment]]) -> Tokens:
        """A finished conversation; only the segments marked so are trainable.

        The last template piece (what closes the last turn) is left out: generation stops
        at the closing tag, so nothing may be learnt after it.
        """
        pieces = self._pieces(tuple(roles), False)
        ids, trainable = list(pieces[0]), [False] * len(pieces[0])
        for number, message in enumerate(segments, 1):
            for segment in message:
                encoded = self.encode(segment.text)
                ids += encoded
                trainable += [segment.trainable] * len(encoded)
            if number < len(segments):
                ids += pieces[number]
                trainable += [False] * len(pieces[number])
        return Tokens(ids, trainable)

    def encode(self, text: str) -> list[int]:
        """A message's own text, in which special tokens are mere characters.

        A character that the vocabulary lacks becomes U+FFFD: the unknown token may be a
        special one (SmolLM2 has no U+0006, and `<|endoftext|>` for what it does not know).
        """
        ids, unknown = self._split(text), self.tokenizer.unk_token_id
        if unknown is None or unknown not in ids:
            return ids
        known = "".join("\ufffd" if unknown in self._split(char) else char for char in text)
        return [token for token in self._split(known) if token != unknown]

    def _split(self, text: str) -> list[int]:
        encoded = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)
        return list(encoded.input_ids)

    def _content(self, message: Message) -> Sequence[int]:
        return message.token_ids if message.token_ids is not None else self.encode(message.content)

    def _render(self, roles: tuple[str, ...], continues: bool) -> tuple[list[int], ...]:
        """The template's pieces before, between and after the messages, as ids."""
        stand_ins = [f"{_OPEN}{n}{_CLOSE}" for n in range(len(roles))]
        messages = [{"role": r, "content": s} for r, s in zip(roles, stand_ins, strict=True)]
        try:
            rest = self.tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=continues
            )
        except TemplateError as error:
            raise ModelError(f"the chat template refuses a conversation: {error}") from error
        pieces = []
        for stand_in in stand_ins:
            if rest.count(stand_in) != 1:
                raise ModelError("the chat template does not show every message once, as it is")
            before, _, rest = rest.partition(stand_in)
            pieces.append(before)
        return tuple(
            list(self.tokenizer(piece, add_special_tokens=False).input_ids)
            for piece in (*pieces, rest)
        )
