"""Markdown as the paragraphs that a reader sees (CommonMark with tables)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from masksearch.corpus.html_text import html_text
from masksearch.corpus.plain import Plain, Writer

_NOTE = re.compile(r"\[\^[^\]\s]+\]")
_NOTE_TEXT = re.compile(r"\[\^[^\]\s]+\]:")
_WIKILINK = re.compile(r"!?\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]+)\]\]")
_SHOWN_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_HTML_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_DEEPEST = 100


def markdown_text(markdown: str) -> Plain:
    """Paragraphs, list items among them, and headings, which are paragraphs as well.

    Tables, code, images, notes and comments are dropped; of a link its text stays.
    """
    writer = Writer()
    within = ""
    for token in _outside_tables(_parser().parse(markdown)):
        if token.type == "inline":
            _take(writer, _shown(token.children or []), is_heading=within == "heading_open")
        elif token.type == "html_block":
            _take_html(writer, html_text(token.content))
        within = token.type
    return writer.finish()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])


def _outside_tables(tokens: Sequence[Token]) -> Iterator[Token]:
    inside = False
    for token in tokens:
        inside = token.type == "table_open" or (inside and token.type != "table_close")
        if not inside:
            yield token


def _take(writer: Writer, text: str, *, is_heading: bool) -> None:
    if _NOTE_TEXT.match(text):
        return
    text = _NOTE.sub("", _WIKILINK.sub(r"\1", text))
    if is_heading:
        writer.heading(text)
    writer.paragraph(text)


def _take_html(writer: Writer, plain: Plain) -> None:
    for section in plain.sections:
        writer.heading(section.title)
    for paragraph in plain.text.split("\n\n"):
        writer.paragraph(paragraph)


def _shown(tokens: Sequence[Token]) -> str:
    types = ["", *(token.type for token in tokens)]
    return "".join(_piece(token, before) for token, before in zip(tokens, types, strict=False))


def _piece(token: Token, before: str) -> str:
    """What is shown of a token after one of the type `before`."""
    if token.type == "html_inline":
        return "\n" if _HTML_BREAK.match(token.content) else ""
    if token.type in ("text", "code_inline"):
        is_note = before == "link_open" and token.content.startswith("^")
        return "" if is_note else token.content
    return _SHOWN_BREAKS.get(token.type, "")
