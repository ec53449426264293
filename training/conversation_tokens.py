"""Conversations as token ids, the same for SFT, rollouts and evaluation.

A chat template is rendered around stand-ins for the messages. Its fixed pieces are
tokenised with their special tokens; every message on its own with special tokens split,
so `<|im_end|>` in a page stays text; and what a model sampled keeps its very ids. So a
conversation grows by concatenation and is never decoded and encoded again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from jinja2 import TemplateError

from masksearch.errors import ModelError
from masksearch.export import Segment
from masksearch.messages import Message
from masksearch.schemas import Tokens
from masksearch.text import digest

_OPEN, _CLOSE = "\ue000", "\ue001"


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

    def following(self, roles: Sequence[str], message: Message) -> list[int]:
        """Ids that follow a model's turn: what closes it, a message, and the next turn's start.

        `roles` are those of the conversation so far, that turn's included. Raises ModelError
        for a template that shows earlier messages otherwise than before.
        """
        before = self._pieces(tuple(roles[:-1]), True)
        after = self._pieces((*roles, message.role), True)
        if after[: len(before)] != before:
            raise ModelError(
                "the chat template rewrites earlier turns, so what was sampled cannot be kept"
            )
        closing, opening = after[len(before) :]
        return [*closing, *self._content(message), *opening]

    def training(self, roles: Sequence[str], segments: Sequence[Sequence[Segment]]) -> Tokens:
        """A finished conversation; only the segments marked so are trainable.

        The last template piece (what closes the last turn) is left out: generation stops
        at the closing tag, so nothing may be learnt after it.
        """
        pieces = self._pieces(tuple(roles), False)
        ids, trainable = list(pieces[0]), [False] * len(pieces[0])
        for number, message in enumerate(segments, 1):
            for segment in message:
                encoded = self._learnt(segment)
                ids += encoded
                trainable += [segment.trainable] * len(encoded)
            if number < len(segments):
                ids += pieces[number]
                trainable += [False] * len(pieces[number])
        return Tokens(ids=tuple(ids), trainable=tuple(trainable), tokenizer=self.identity)

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

    @cached_property
    def identity(self) -> str:
        """A hash of the vocabulary: only ids of the same one mean the same."""
        return digest(json.dumps(sorted(self.tokenizer.get_vocab().items())))

    def _content(self, message: Message) -> Sequence[int]:
        return self._ids(message.content, message.tokens)

    def _learnt(self, segment: Segment) -> Sequence[int]:
        """A segment's ids: no special token that slipped into what was sampled is learnt.

        A reply's text lacks it, so the text is what was read as a turn, and accepted.
        """
        ids = self._ids(segment.text, segment.tokens)
        return ids if self._speakable.issuperset(ids) else self.encode(segment.text)

    @cached_property
    def _speakable(self) -> frozenset[int]:
        """The ids that a message may hold."""
        known = self.tokenizer.added_tokens_decoder
        special = {number for number, token in known.items() if token.special}
        return frozenset(self.tokenizer.get_vocab().values()) - special

    def _ids(self, text: str, sampled: Tokens | None) -> Sequence[int]:
        """What a model sampled with this vocabulary as it was, else the text's own ids."""
        if sampled is not None and sampled.tokenizer == self.identity:
            return sampled.ids
        return self.encode(text)

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
