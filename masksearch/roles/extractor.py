"""The extractor as a language model: names the spans of a passage.

What it says is data. A span is taken only where its text stands in the passage word for
word, with a type that we know; all else is refused, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from masksearch.errors import ChatError
from masksearch.protocol import escape
from masksearch.readings import FoundSpans
from masksearch.rejection import Rejection
from masksearch.roles.reply import RoleReply, Text, ask
from masksearch.roles.role import PromptedRole
from masksearch.schemas import Interval, Passage, Span, SpanSource, SpanType
from masksearch.spans.words import stands_alone
from masksearch.text import encodable

_TYPES = frozenset(kind.value for kind in SpanType)
_SHOWN_CHARS = 80


class NamedSpan(RoleReply):
    """One span of a reply."""

    text: Text
    type: Text = SpanType.ENTITY.value


class ExtractorReply(RoleReply):
    """An extractor's reply; its spans are looked at one by one, so that a bad one spoils no other."""

    spans: list[Any]


class LLMExtractor(PromptedRole):
    """Implements ports.PassageReader on a chat model."""

    async def read(self, passage: Passage) -> FoundSpans:
        """Ask the model once; a reply that cannot be used leaves the passage without spans.

        Raises ModelError where no call can succeed.
        """
        file = self.prompt.file
        system = file.render(types=", ".join(sorted(_TYPES)), language=passage.lang)
        shown = file.piece("user", title=escape(passage.title), text=escape(passage.text))
        try:
            reply = await ask(self.chat, self.prompt, system, shown, ExtractorReply)
        except ChatError as error:
            refused = Rejection(item=passage.id, reason="no usable reply", detail=str(error))
            return FoundSpans(passage_id=passage.id, rejected=(refused,))
        return found_spans(passage, reply.spans)


def found_spans(passage: Passage, named: Iterable[Any]) -> FoundSpans:
    """What a model named in a passage as spans in text order, and what of it was refused."""
    spans: dict[Interval, Span] = {}
    refused = []
    for one in named:
        found = _read(passage, one)
        if isinstance(found, Span) and found.interval not in spans:
            spans[found.interval] = found
            continue
        reason = "named twice" if isinstance(found, Span) else found
        shown = encodable(str(one))[:_SHOWN_CHARS]
        refused.append(Rejection(item=passage.id, reason=reason, detail=shown))
    return FoundSpans(
        passage_id=passage.id,
        spans=tuple(spans[place] for place in sorted(spans)),
        rejected=tuple(refused),
    )


def _read(passage: Passage, raw: Any) -> Span | str:
    """The span that was named, or why it is refused."""
    try:
        return _located(passage, NamedSpan.model_validate(raw))
    except ValidationError:
        return "malformed"


def _located(passage: Passage, named: NamedSpan) -> Span | str:
    """The span where its text first stands alone, or why it is refused."""
    kind, text = named.type.strip().lower(), named.text.strip()
    if not text:
        return "empty"
    if kind not in _TYPES:
        return "unknown type"
    places = [Interval(*found.span()) for found in re.finditer(re.escape(text), passage.text)]
    if not places:
        return "not in the passage"
    alone = next((place for place in places if stands_alone(passage.text, place)), None)
    if alone is None:
        return "part of a word"
    return Span(
        start=alone.start, end=alone.end, text=text, type=SpanType(kind), source=SpanSource.LLM
    )
