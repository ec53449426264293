"""A document's paragraphs as passages."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from masksearch.config import CorpusConfig
from masksearch.corpus.paragraphs import paragraphs
from masksearch.language import base_language
from masksearch.rejection import Rejection
from masksearch.schemas import Document, Interval, Link, Passage

_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_DENSE_LANGUAGES = {"zh", "ja", "ko", "yue", "wuu", "lzh", "gan", "nan", "hak"}
"""Their characters say as much as two of other scripts, and count so."""
_MARKUP = re.compile(r"\[\[|\]\]|\{\{|\}\}|\||''|</?ref\b|&nbsp;", re.IGNORECASE)


def passages(document: Document, config: CorpusConfig) -> Iterator[Passage | Rejection]:
    """The paragraphs of a document in order, each as a passage or with why it is none.

    `n` in a passage's id counts all paragraphs, so that it does not depend on the limits.
    """
    sections = [section.start for section in document.sections]
    link_starts = [link.start for link in document.links]
    for number, where in enumerate(paragraphs(document.text, is_ours=_is_parsed(document))):
        name = f"{document.id}#{number}"
        if reason := _refusal(document.text[where.start : where.end], document, config):
            yield Rejection(item=name, reason=reason)
        else:
            at = bisect_right(sections, where.start) - 1
            section = document.sections[at].title if at >= 0 else ""
            first, last = (bisect_left(link_starts, edge) for edge in where)
            yield _passage(name, document, section, where, document.links[first:last])


def _refusal(text: str, document: Document, config: CorpusConfig) -> str:
    is_dense = base_language(document.lang) in _DENSE_LANGUAGES
    length = len(text) + (len(_DENSE.findall(text)) if is_dense else 0)
    if length < config.min_chars:
        return "too short"
    if length > config.max_chars:
        return "too long"
    return "markup" if _is_parsed(document) and _MARKUP.search(text) else ""


def _is_parsed(document: Document) -> bool:
    """Whether its text was wikitext; a bar or two quotes are nothing special elsewhere."""
    return bool(document.revision)


def _passage(
    name: str, document: Document, section: str, where: Interval, links: tuple[Link, ...]
) -> Passage:
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
        links=tuple(
            Link(start - where.start, end - where.start, target)
            for start, end, target in links
            if end <= where.end
        ),
    )
