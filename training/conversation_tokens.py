"""Conversations as token ids, the same for SFT, rollouts and evaluation.

A chat template is rendered around stand-ins for the messages. Its fixed pieces are
tokenised with their special tokens; every message on its own with special tokens split,
so `<|im_end|>` in a page stays text; and what a model sampled keeps its very ids. So a
conversation grows by concatenation and is never decoded and encoded again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from masksearch.errors import ModelError
from masksearch.messages import Message, Segment
from masksearch.schemas import Tokens
from masksearch.text import digest
from training.chat_template import Endings, probe, settle_template, template_pieces

_BEFORE = "\n"
"""Stands before most messages; nothing is joined to it."""
TEMPLATE = "chat_template_replaced"
"""The fact of a training that says why."""


class _Piece(NamedTuple):
    """What a template writes beside a message; its first `ending` ids end a model's turn."""

    ids: tuple[int, ...]
    ending: int = 0


class ConversationTokens:
    """Encodes conversations for one tokenizer with a chat template.

    The tokenizer's template is replaced where it would show a conversation otherwise in
    training than in generation; `replaced` is why. Raises ModelError where none can do.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.replaced = settle_template(tokenizer)
        self._endings = Endings(tokenizer)
        self._pieces = lru_cache(maxsize=256)(self._render)
        self._check_vocabulary()

    @property
    def end_ids(self) -> list[int]:
        """Tokens of their own by which a turn ends, each the last of what ends it."""
        last = {self._plain(text)[-1] for text in self._endings.texts}
        return sorted(last & self.tokenizer.added_tokens_decoder.keys())

    @property
    def end_texts(self) -> list[str]:
        """What ends a turn where the vocabulary has no token for it."""
        own = self.tokenizer.added_tokens_decoder
        return [text for text in self._endings.texts if self._plain(text)[-1] not in own]

    def _check_vocabulary(self) -> None:
        """Raises ModelError for a vocabulary in which no turn can be written."""
        for role, said in probe():
            ids = self.encode(said)
            read = self.tokenizer.decode(ids, clean_up_tokenization_spaces=False)
            if role == "assistant" and read.strip() != said:
                raise ModelError(
                    f"{self.tokenizer.name_or_path} cannot write a turn: of {said!r} its "
                    f"tokenizer makes {read!r}"
                )

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Ids that a model continues: the messages and the start of its turn.

        Where its own message stands last, that is what it goes on with.
        """
        if messages[-1].role == "assistant":
            return [*self.prompt(messages[:-1]), *self._content(messages[-1])]
        roles = tuple(message.role for message in messages)
        contents = [self._content(message) for message in messages]
        pieces = self._pieces(roles, True)
        joined = list(pieces[0].ids)
        for ids, piece in zip(contents, pieces[1:], strict=True):
            joined += [*ids, *piece.ids]
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
        return [*closing.ids, *self._content(message), *opening.ids]

    def training(self, roles: Sequence[str], segments: Sequence[Sequence[Segment]]) -> Tokens:
        """A finished conversation; only the segments marked so are trainable.

        So is what ends a turn whose last words are: who reads the model without our stop
        strings must see it end. What the template writes after the last turn's end is left out.
        """
        before, *pieces = self._pieces(tuple(roles), False)
        learnt: list[tuple[Sequence[int], bool]] = [(before.ids, False)]
        for message, piece in zip(segments, pieces, strict=True):
            learnt += [(self._learnt(segment), segment.trainable) for segment in message]
            own = bool(message) and message[-1].trainable
            learnt += [(piece.ids[: piece.ending], own), (piece.ids[piece.ending :], False)]
        learnt.pop()
        return Tokens(
            ids=tuple(token for ids, _ in learnt for token in ids),
            trainable=tuple(own for ids, own in learnt for _ in ids),
            tokenizer=self.identity,
        )

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
        return self._within(text, split_special_tokens=True)

    def _within(self, text: str, **how: bool) -> list[int]:
        """The ids of a text within a conversation, as other programs read the whole of it."""
        if self._is_spaced:
            ids, before = self._alone(_BEFORE + text, **how), self._alone(_BEFORE, **how)
            if ids[: len(before)] == before:
                return ids[len(before) :]
        return self._alone(text, **how)

    @cached_property
    def _is_spaced(self) -> bool:
        """Whether the tokenizer puts a space before whatever it is given, as that of Llama 2."""
        behind, before = self._alone(f"{_BEFORE}a"), self._alone(_BEFORE)
        return behind[: len(before)] == before and behind[len(before) :] != self._alone("a")

    def _alone(self, text: str, **how: bool) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False, **how).input_ids)

    @cached_property
    def identity(self) -> str:
        """A hash of the vocabulary: only ids of the same one mean the same."""
        return digest(json.dumps(sorted(self.tokenizer.get_vocab().items())))

    def _content(self, message: Message) -> Sequence[int]:
        if message.segments:
            return [token for one in message.segments for token in self._ids(one.text, one.tokens)]
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

    def _render(self, roles: tuple[str, ...], continues: bool) -> tuple[_Piece, ...]:
        """The template's pieces before, between and after the messages, as ids."""
        before, *pieces = template_pieces(self.tokenizer, roles, continues=continues)
        after = [
            self._closing(piece) if role == "assistant" else _Piece(self._plain(piece))
            for role, piece in zip(roles, pieces, strict=True)
        ]
        return (_Piece(tuple(self._alone(before))), *after)

    def _closing(self, text: str) -> _Piece:
        """What follows a model's turn; where its end is no token of its own, cut behind it.

        A template that writes nothing after a last turn ends it as it ends any other.
        """
        ending = self._endings.of(text) if text else "".join(self._endings.texts[:1])
        ids, ended = self._plain(text or ending), self._plain(ending)
        if ids[: len(ended)] != ended:
            ids = (*ended, *self._plain(text[len(ending) :]))
        return _Piece(ids, len(ended))

    def _plain(self, text: str) -> tuple[int, ...]:
        """A piece's ids, its special tokens read as such."""
        return tuple(self._within(text))


def note_template(tokens: ConversationTokens, note: Callable[..., None]) -> None:
    """Keep with a training's facts why the model's own template was replaced, if it was."""
    if tokens.replaced:
        note(**{TEMPLATE: tokens.replaced})
