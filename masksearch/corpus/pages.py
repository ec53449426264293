"""Pages of a dump, before their wikitext is read, and which of them are no articles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from masksearch.corpus.dump_file import PAGE, PAGE_END
from masksearch.corpus.local_names import (
    DISAMBIGUATION_TEMPLATES,
    DISAMBIGUATION_TITLES,
    LIST_TITLE_ENDS,
    LIST_TITLES,
    REDIRECT_WORDS,
)
from masksearch.corpus.namespaces import MAIN, MEDIAWIKI, USER, Namespaces, stated_number
from masksearch.corpus.versions import version
from masksearch.rejection import Rejection

NO_TEXT = "no text"

_REDIRECT = re.compile(rf"\s*[#＃]\s*(?:{'|'.join(REDIRECT_WORDS)})\b", re.IGNORECASE)
_TEMPLATE_NAME = re.compile(r"\{\{[ \n]{0,2}([^\s{}|<>\[\]][^{}|<>\[\]\n]{1,60}?) ?(?=[|}\n])")
_TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)
_WIKITEXT = {"model": "wikitext", "format": "text/x-wiki"}
_CODE_ENDS = (".js", ".css", ".json")
_CODE_NAMESPACES = {828, 2302, 2600}
"""Modules, gadgets' definitions and Flow's topics, in dumps that do not say their model."""


class Page(NamedTuple):
    """A page with its newest revision; `wikitext` is None where that is not public."""

    title: str
    id: str
    revision: str
    timestamp: str
    namespace: int
    is_redirect: bool
    wikitext: str | None
    is_wikitext: bool = True


def read_pages(xml: bytes, namespaces: Namespaces = Namespaces()) -> Iterator[Page | Rejection]:  # noqa: B008 - a value
    """The pages of a part of a dump, and of those that cannot be read, why."""
    try:
        found = ElementTree.fromstring(b"<pages>" + xml + b"</pages>")
    except (ElementTree.ParseError, ValueError):
        yield from (_alone(raw, namespaces) for raw in _raw_pages(xml))
        return
    for element in found.iterfind("page"):
        yield _page(element, namespaces)
        element.clear()


def refusal(page: Page, wanted: Collection[int] = (MAIN,)) -> str:
    """Why a page is no article of these namespaces; empty for one that is."""
    if page.namespace not in wanted:
        return "namespace"
    if not page.is_wikitext:
        return "content model"
    wikitext = page.wikitext or ""
    if page.is_redirect or _REDIRECT.match(wikitext):
        return "redirect"
    title = page.title.lower()
    if title.startswith(LIST_TITLES) or title.endswith(LIST_TITLE_ENDS):
        return "list"
    if title.endswith(DISAMBIGUATION_TITLES) or _tells_namesakes_apart(wikitext):
        return "disambiguation"
    return "" if wikitext.strip() else NO_TEXT


def _tells_namesakes_apart(wikitext: str) -> bool:
    names = (match[1].lower().replace("_", " ") for match in _TEMPLATE_NAME.finditer(wikitext))
    return any(name in DISAMBIGUATION_TEMPLATES for name in names)


def _raw_pages(xml: bytes) -> Iterator[bytes]:
    """The pages of a part one by one, also those that break off where the next one begins."""
    for raw in xml.split(PAGE)[1:]:
        whole, end, _ = raw.partition(PAGE_END)
        yield PAGE + whole + end


def _alone(raw: bytes, namespaces: Namespaces) -> Page | Rejection:
    """A page that may be broken."""
    try:
        raw.decode()
        return _page(ElementTree.fromstring(raw), namespaces)
    except UnicodeDecodeError as error:
        reason, detail = "not UTF-8 text", error.reason
    except (ElementTree.ParseError, ValueError) as error:
        reason, detail = "not well-formed XML", str(error)
    title = _TITLE.search(raw)
    return Rejection(
        item=title[1].decode(errors="replace") if title else "", reason=reason, detail=detail
    )


def _page(element: ElementTree.Element, namespaces: Namespaces) -> Page | Rejection:
    title, number = _text(element, "title"), _text(element, "id")
    if not title:
        return Rejection(item=number, reason="no title")
    told = stated_number(element.findtext("ns"))
    namespace = namespaces.of_title(title) if told is None else told
    last = _newest(element.findall("revision"))
    return Page(
        title=title,
        id=number if number.strip("0") else title,
        revision=_text(last, "id"),
        timestamp=_text(last, "timestamp"),
        namespace=namespace,
        is_redirect=element.find("redirect") is not None,
        wikitext=_wikitext(last),
        is_wikitext=_is_wikitext(last, title, namespace),
    )


def _newest(revisions: Sequence[ElementTree.Element]) -> ElementTree.Element:
    """The newest revision with a public text, of equals the last; an empty one where none is."""
    if len(revisions) < 2:
        return revisions[0] if revisions else ElementTree.Element("revision")

    def rank(at: int) -> tuple[bool, tuple[int, int], int]:
        one = revisions[at]
        age = version("", _text(one, "timestamp"), _text(one, "id")).age
        return _wikitext(one) is not None, age, at

    return revisions[max(range(len(revisions)), key=rank)]


def _text(element: ElementTree.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _wikitext(revision: ElementTree.Element) -> str | None:
    text = revision.find("text")
    return None if text is None or text.get("deleted") else text.text or ""


def _is_wikitext(revision: ElementTree.Element, title: str, namespace: int) -> bool:
    """By what the revision says of itself, or else by where such pages hold something else."""
    for name, wanted in _WIKITEXT.items():
        if told := _text(revision, name):
            return told.lower() == wanted
    is_code = namespace in {USER, MEDIAWIKI} and title.lower().endswith(_CODE_ENDS)
    return not is_code and (namespace not in _CODE_NAMESPACES or title.lower().endswith("/doc"))
