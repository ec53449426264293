"""A document's paragraphs as passages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from masksearch.config import CorpusConfig
from masksearch.rejection import Rejection
from masksearch.schemas import Document, Interval, Passage

_PARAGRAPH = re.compile(r"\S(?:.*?\S)??(?=\s*(?:\n[^\S\n]*\n|\Z))", re.DOTALL)
_MARKUP = re.compile(r"\[\[|\]\]|\{\{|\}\}|\||''|</?ref\b|&nbsp;", re.IGNORECASE)


def passages(document: Document, config: CorpusConfig) -> Iterator[Passage | Rejection]:
    """The paragraphs of a document in order, each as a passage or with why it is none.

    `n` in a passage's id counts all paragraphs, so that it does not hang on the limits.
    """
    starts = [section.start for section in document.sections]
    for number, match in enumerate(_PARAGRAPH.finditer(document.text)):
        name = f"{document.id}#{number}"
        if reason := _refusal(match[0], document, config):
            yield Rejection(item=name, reason=reason)
        else:
            at = bisect_right(starts, match.start()) - 1
            section = document.sections[at].title if at >= 0 else ""
            yield _passage(name, document, section, Interval(match.start(), match.end()))


def _refusal(text: str, document: Document, config: CorpusConfig) -> str:
    if len(text) < config.min_chars:
        return "too short"
    if len(text) > config.max_chars:
        return "too long"
    parsed = bool(document.revision)  # a bar or two quotes are nothing special elsewhere
    return "markup" if parsed and _MARKUP.search(text) else ""


def _passage(name: str, document: Document, section: str, where: Interval) -> Passage:
    links = (
        link._replace(start=link.start - where.start, end=link.end - where.start)
        for link in document.links
        if where.start <= link.start and link.end <= where.end
    )
    return Passage(
        id=name,
        document_id=document.id,
        title=document.title,
        section=section,
        text=document.text[where.start : where.end],
        start=where.start,
        end=where.end,
        url=document.url,
        lang=document.lang,
        licence=document.licence,
        revision=document.revision,
        links=tuple(links),
    )
