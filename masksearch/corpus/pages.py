"""Pages of a dump, before their wikitext is read, and which of them are no articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from masksearch.corpus.local_names import (
    DISAMBIGUATION_TEMPLATES,
    DISAMBIGUATION_TITLES,
    LIST_TITLE_ENDS,
    LIST_TITLES,
    REDIRECT_WORDS,
)

_REDIRECT = re.compile(rf"\s*[#＃]\s*(?:{'|'.join(REDIRECT_WORDS)})\b", re.IGNORECASE)
_TEMPLATE_NAME = re.compile(r"\{\{[ \n]{0,2}([^\s{}|<>\[\]][^{}|<>\[\]\n]{1,60}?) ?(?=[|}\n])")


class Page(NamedTuple):
    """A page with its last revision."""

    title: str
    id: str
    revision: str
    timestamp: str
    namespace: str
    is_redirect: bool
    wikitext: str


class PageError(Exception):
    """A page that cannot be read; the message says which and why."""


def read_pages(xml: bytes) -> Iterator[Page]:
    """The pages of a part of a dump; raises PageError at the first that cannot be read."""
    try:
        found = ElementTree.fromstring(b"<pages>" + xml + b"</pages>")
    except (ElementTree.ParseError, ValueError) as error:
        raise PageError(_first_fault(xml) or str(error)) from error
    for element in found.iterfind("page"):
        yield _page(element)
        element.clear()


def refusal(page: Page) -> str:
    """Why a page is no article; empty for one that is."""
    if page.namespace != "0":
        return "namespace"
    if page.is_redirect or _REDIRECT.match(page.wikitext):
        return "redirect"
    title = page.title.lower()
    if title.startswith(LIST_TITLES) or title.endswith(LIST_TITLE_ENDS):
        return "list"
    if title.endswith(DISAMBIGUATION_TITLES) or _tells_namesakes_apart(page.wikitext):
        return "disambiguation"
    return "" if page.wikitext.strip() else "no text"


def _tells_namesakes_apart(wikitext: str) -> bool:
    names = (match[1].lower().replace("_", " ") for match in _TEMPLATE_NAME.finditer(wikitext))
    return any(name in DISAMBIGUATION_TEMPLATES for name in names)


def _page(element: ElementTree.Element) -> Page:
    title, number = element.findtext("title"), element.findtext("id")
    if title is None or number is None:
        raise PageError(f"the page {title or number or ''!r} has no title or no id")
    revisions = element.findall("revision")
    last = revisions[-1] if revisions else ElementTree.Element("revision")
    return Page(
        title=title,
        id=number,
        revision=last.findtext("id") or "",
        timestamp=last.findtext("timestamp") or "",
        namespace=(element.findtext("ns") or "0").strip(),
        is_redirect=element.find("redirect") is not None,
        wikitext=last.findtext("text") or "",
    )


def _first_fault(xml: bytes) -> str:
    """What is wrong with the first page that is not well-formed."""
    for raw in xml.split(b"</page>"):
        title = re.search(rb"<title>(.*?)</title>", raw)
        named = title[1].decode(errors="replace") if title else "without a title"
        try:
            raw.decode()
            if raw.strip():
                ElementTree.fromstring(raw + b"</page>")
        except UnicodeDecodeError as error:
            return f"the page {named!r} is not UTF-8 text ({error.reason})"
        except (ElementTree.ParseError, ValueError) as error:
            return f"the page {named!r} is not well-formed XML ({error})"
    return ""
