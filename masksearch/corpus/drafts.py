"""Rows as drafts of documents: what a row says, before its text is made readable."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from masksearch.config import CorpusConfig
from masksearch.corpus.fields import (
    ABSENT,
    Layout,
    NotText,
    Value,
    find,
    label_of,
    layout_of,
    said_of,
    text_of,
)
from masksearch.corpus.html_text import is_html
from masksearch.corpus.rows import NOT_UTF8, Row
from masksearch.text import encodable

NO_TEXT = "no text"

_SAID = ("url", "licence", "wiki", "revision", "timestamp", "opening")
_CONTENTS = "contents"
_LONGEST_TITLE = 200
_SHOWN, _SHOWN_CHARS = 20, 60


class Form(StrEnum):
    """What a text has to be read as."""

    PLAIN = "plain"
    FLAT = "flat"
    """One line without paragraphs."""
    MARKDOWN = "markdown"
    HTML = "html"
    WIKITEXT = "wikitext"


class Draft(NamedTuple):
    """A document that is not yet readable; `name` is its id without the corpus's name.

    A page of a wiki has a namespace, and what is no page of one has none.
    """

    name: str
    title: str
    text: str
    form: Form = Form.PLAIN
    url: str = ""
    lang: str = ""
    licence: str = ""
    wiki: str = ""
    page_id: str = ""
    namespace: str = ""
    revision: str = ""
    timestamp: str = ""
    opening: str = ""
    other_title: str = ""
    """For a text that bears no title."""


class Fault(Exception):
    """A row that is no document, through no choice of ours; `reason` is from a short list."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} ({detail})" if detail else reason)
        self.reason = reason


def draft_of(row: Row, file: str, config: CorpusConfig) -> Draft:
    """The draft that a row of the file of this name gives; its text may be empty.

    Raises Fault for a row that cannot be read or has no field of a text.
    """
    if row.fault:
        raise Fault(row.fault, row.detail)
    layout = layout_of(row.values, config)
    text = find(row.values, layout.text)
    if text.value is ABSENT:
        raise Fault(f"no field {layout.text[0]!r}", f"fields there: {_names(row.values)}")
    try:
        drafted = _draft(row.values, layout, text)
    except NotText as error:
        raise Fault(str(error)) from error
    except UnicodeDecodeError as error:
        raise Fault(NOT_UTF8) from error
    return drafted if drafted.name else drafted._replace(name=_place(file, row))


def _place(file: str, row: Row) -> str:
    return f"{file}:{row.number}" if row.at else file


def _draft(values: Mapping[str, Any], layout: Layout, found: Value) -> Draft:
    text, title = text_of(found), label_of(find(values, layout.title))
    if found.name.rpartition(".")[2] == _CONTENTS:
        title, text = _titled(title, text)
    number, is_page = label_of(find(values, layout.id)), bool(layout.namespace)
    said = {field: said_of(find(values, getattr(layout, field))) for field in _SAID}
    return Draft(
        name=":".join(filter(None, (number, said["revision"]))),
        title=title,
        text=text,
        form=_form(found.name, text, layout),
        lang=_language(said_of(find(values, layout.lang))),
        page_id=number if is_page else "",
        namespace=(said_of(find(values, layout.namespace)) or "0") if is_page else "",
        **said,
    )


def _form(name: str, text: str, layout: Layout) -> Form:
    if name.endswith(("wikitext", "source_text")):
        return Form.WIKITEXT
    if name.endswith("html") or is_html(text):
        return Form.HTML
    return Form.FLAT if layout.opening else Form.PLAIN


def _titled(title: str, text: str) -> tuple[str, str]:
    """Title and text of what Pyserini and FlashRAG call contents: the title is the first line."""
    first, newline, rest = text.partition("\n")
    first = first.strip()
    shown = first[1:-1] if len(first) > 1 and first[0] == first[-1] == '"' else first
    is_title = shown == title if title else len(shown) <= _LONGEST_TITLE
    return (shown, rest) if newline and rest.strip() and is_title else (title, text)


def _language(said: str) -> str:
    """The code of a language, without its script or region; empty for what is none."""
    code = said.lower().replace("_", "-").partition("-")[0]
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else ""


def _names(values: Mapping[str, Any]) -> str:
    """The names that are there, those within others with a point, on one short line."""
    names = [
        f"{name}.{inner}" if inner else str(name)
        for name, value in sorted(values.items())
        for inner in (value if isinstance(value, Mapping) and value else [""])
    ]
    shown = ", ".join(" ".join(name.split())[:_SHOWN_CHARS] for name in names[:_SHOWN])
    shown = encodable(shown)
    return (shown + ", …" if len(names) > _SHOWN else shown) or "none"
