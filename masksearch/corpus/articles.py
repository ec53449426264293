"""Drafts as documents: their text made readable, by whichever process reads the part."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from masksearch.corpus.addresses import page_address
from masksearch.corpus.drafts import NO_TEXT, Draft, Form
from masksearch.corpus.html_text import html_text
from masksearch.corpus.markdown import markdown_text
from masksearch.corpus.mediawiki import article
from masksearch.corpus.namespaces import MAIN, stated_number
from masksearch.corpus.pages import Page, refusal
from masksearch.corpus.plain import Plain
from masksearch.corpus.source import Article, Found, Refused
from masksearch.corpus.versions import version
from masksearch.corpus.wiki import Wiki
from masksearch.corpus.wikimedia import licence_at, wikipedia_code
from masksearch.rejection import Rejection
from masksearch.schemas import Document

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x85\u2028]")
_PARAGRAPH_ENDS = re.compile(r"[\x0c\u2029]")
_OTHER_ENDS = "\r\x0b\x85\u2028\x0c\u2029"
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？])\s*(?=\S)")
_FLAT_CHARS = 1_000
"""About how long the paragraphs are that a text without any is cut into."""


def article_of(
    draft: Draft, corpus: str, lang: str, namespaces: Collection[int] = (MAIN,)
) -> Found:
    """The document of a draft, in this language where it names none, or why it is none."""
    found = _found(draft, corpus, draft.lang or lang, namespaces)
    if draft.page_id and isinstance(found, Rejection):
        page = version(f"{corpus}:{draft.page_id}", draft.timestamp, draft.revision)
        return Refused(found, page)
    return found


def _found(
    draft: Draft, corpus: str, lang: str, namespaces: Collection[int]
) -> Article | Rejection:
    if draft.namespace:
        if reason := refusal(_page(draft), namespaces):
            return Rejection(item=draft.name, reason=reason)
        draft = _with_origin(draft, corpus)
    if draft.form is Form.WIKITEXT:
        return _from_wikitext(draft, Wiki(corpus, lang))
    plain = _READING[draft.form](draft)
    if not plain.text.strip():
        return Rejection(item=draft.name, reason=NO_TEXT)
    return Article(_document(draft, plain, corpus, lang))


def _with_origin(draft: Draft, corpus: str) -> Draft:
    """With address and licence, which rows of a Wikipedia may leave to its name."""
    code = wikipedia_code(corpus)
    begins = f"https://{code}.wikipedia.org/wiki/" if code else ""
    url = draft.url or page_address(begins, draft.title)
    return draft._replace(url=url, licence=draft.licence or licence_at(url))


def _from_wikitext(draft: Draft, wiki: Wiki) -> Article | Rejection:
    found = article(_page(draft), wiki)
    if isinstance(found, Rejection):
        return found
    said = {name: said for name in ("url", "licence") if (said := getattr(draft, name))}
    named = {"id": f"{wiki.name}:{draft.name}", **said}
    return found._replace(document=found.document.changed(**named))


def _document(draft: Draft, plain: Plain, corpus: str, lang: str) -> Document:
    return Document(
        id=f"{corpus}:{draft.name}",
        title=draft.title or plain.title or draft.other_title,
        text=plain.text,
        corpus=corpus,
        url=draft.url,
        lang=lang,
        page_id=draft.page_id,
        revision=draft.revision,
        timestamp=draft.timestamp,
        licence=draft.licence,
        sections=plain.sections,
    )


def _page(draft: Draft) -> Page:
    return Page(
        title=draft.title,
        id=draft.page_id or draft.name,
        revision=draft.revision,
        timestamp=draft.timestamp,
        namespace=stated_number(draft.namespace) or MAIN,
        is_redirect=False,
        wikitext=draft.text,
    )


def _plain(draft: Draft) -> Plain:
    if not any(end in draft.text for end in _OTHER_ENDS):
        return Plain(draft.text)
    return Plain(_PARAGRAPH_ENDS.sub("\n\n", _LINE_ENDS.sub("\n", draft.text)))


def _flat(draft: Draft) -> Plain:
    """The first paragraph, where it is known, and sentences together in others."""
    rest = draft.text.removeprefix(draft.opening)
    first = [draft.opening] if len(rest) < len(draft.text) else []
    return Plain("\n\n".join([*first, *_gathered(rest.strip())]))


def _gathered(text: str) -> Iterator[str]:
    pieces: list[str] = []
    for sentence in _SENTENCE_ENDS.split(text):
        pieces.append(sentence)
        if sum(map(len, pieces)) >= _FLAT_CHARS:
            yield " ".join(pieces)
            pieces = []
    if pieces:
        yield " ".join(pieces)


_READING: Mapping[Form, Callable[[Draft], Plain]] = {
    Form.PLAIN: _plain,
    Form.FLAT: _flat,
    Form.MARKDOWN: lambda draft: markdown_text(draft.text),
    Form.HTML: lambda draft: html_text(draft.text),
}
