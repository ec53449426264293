"""MediaWiki XML dumps, plain or compressed, as documents."""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import ParseError

import mwxml
from mwxml.errors import MalformedXML

from masksearch.config import CorpusConfig
from masksearch.corpus.wikitext import Namespaces, plain_text
from masksearch.errors import InputError
from masksearch.rejection import Rejection
from masksearch.schemas import Document

_REDIRECT = re.compile(r"\s*#\s*redirect\b", re.IGNORECASE)
_WIKI = re.compile(r"^([a-z_-]+?)wik")
_FILE, _CATEGORY = 6, 14
_CUT_SHORT = (EOFError, zlib.error)
_NOT_A_DUMP = (MalformedXML, AssertionError, AttributeError, TypeError, ValueError, StopIteration)


class Wiki(NamedTuple):
    """What a dump says of the wiki it was taken from."""

    name: str
    lang: str
    url: str
    namespaces: Namespaces


class Page(NamedTuple):
    """A page of a dump, before its wikitext is parsed."""

    title: str
    id: str
    revision: str
    timestamp: str
    namespace: int
    redirect: bool
    wikitext: str


def read_mediawiki(
    source: Path, config: CorpusConfig, skip: int = 0
) -> Iterator[Document | Rejection]:
    """Pages in the dump's order, the first `skip` passed over unparsed.

    Raises InputError when the file is not a dump or is cut short.
    """
    with _opened(source) as file:
        dump = _dump(source, file)
        wiki = _wiki(dump.site_info, config)
        for number, page in enumerate(_pages(source, dump)):
            if number >= skip:
                yield _document(page, wiki)


def _opened(source: Path) -> IO[bytes] | gzip.GzipFile:
    try:
        match source.suffix.lower():
            case ".bz2":
                return bz2.open(source)
            case ".gz":
                return gzip.open(source)
            case _:
                return source.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror or error}") from error


def _dump(source: Path, file: IO[bytes] | gzip.GzipFile) -> Any:
    try:
        return mwxml.Dump.from_file(file)
    except _CUT_SHORT as error:
        raise _damaged(source, 0, error) from error
    except (ParseError, *_NOT_A_DUMP, OSError) as error:
        raise InputError(f"{source} is not a MediaWiki XML dump ({_line(error)})") from error


def _pages(source: Path, dump: Any) -> Iterator[Page]:
    count = 0
    try:
        for page in dump.pages:
            read = _page(page)
            count += 1
            yield read
    except (ParseError, *_CUT_SHORT, OSError) as error:
        raise _damaged(source, count, error) from error
    except _NOT_A_DUMP as error:
        raise InputError(f"{source}: page {count + 1} cannot be read ({_line(error)})") from error


def _damaged(source: Path, count: int, error: Exception) -> InputError:
    return InputError(
        f"{source} is cut short or damaged after {count} pages ({_line(error)}): fetch it again"
    )


def _page(page: Any) -> Page:
    revision: Any = None
    for revision in page:  # noqa: B007 - the last one of a dump with histories
        pass
    return Page(
        title=page.title,
        id=str(page.id),
        revision=str(revision.id) if revision else "",
        timestamp=revision.timestamp.long_format() if revision and revision.timestamp else "",
        namespace=page.namespace,
        redirect=page.redirect is not None,
        wikitext=(revision.text or "") if revision else "",
    )


def _wiki(info: Any, config: CorpusConfig) -> Wiki:
    base = info.base or ""
    host = (urlsplit(base).hostname or "").split(".")[0]
    named = _WIKI.match(info.dbname or "")
    lang = named[1].replace("_", "-") if named else host
    name = config.name or info.dbname or "wiki"
    url = base.rpartition("/")[0] + "/" if base else ""
    lang = {"simple": "en", "": "en"}.get(lang, lang)
    return Wiki(name, config.lang or lang, url, _namespaces(info.namespaces or []))


def _namespaces(found: Any) -> Namespaces:
    common = Namespaces()
    hidden = {n.name.lower() for n in found if n.id in (_FILE, _CATEGORY) and n.name}
    other = {n.name.lower() for n in found if n.id not in (0, _FILE, _CATEGORY) and n.name}
    return Namespaces(common.hidden | hidden, (common.other | other) - common.hidden - hidden)


def _document(page: Page, wiki: Wiki) -> Document | Rejection:
    if reason := _refusal(page):
        return Rejection(item=page.title, reason=reason)
    text, links, sections = plain_text(page.wikitext, wiki.namespaces)
    if not text:
        return Rejection(item=page.title, reason="no text")
    return Document(
        id=f"{wiki.name}:{page.id}:{page.revision}",
        title=page.title,
        text=text,
        corpus=wiki.name,
        url=wiki.url + quote(page.title.replace(" ", "_"), safe="/:,()'!") if wiki.url else "",
        lang=wiki.lang,
        page_id=page.id,
        revision=page.revision,
        timestamp=page.timestamp,
        licence="CC BY-SA",
        links=links,
        sections=sections,
    )


def _refusal(page: Page) -> str:
    if page.namespace != 0:
        return "namespace"
    if page.redirect or _REDIRECT.match(page.wikitext):
        return "redirect"
    return "" if page.wikitext.strip() else "no text"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
