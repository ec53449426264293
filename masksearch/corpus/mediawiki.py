"""MediaWiki XML dumps, plain or compressed, as documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from masksearch.config import CorpusConfig
from masksearch.corpus.dump_file import DumpFile, Part, open_dump
from masksearch.corpus.namespaces import MAIN
from masksearch.corpus.pages import NO_TEXT, Page, read_pages, refusal
from masksearch.corpus.source import Article, Found, Refused
from masksearch.corpus.versions import Version, outdated, version
from masksearch.corpus.wiki import Wiki, read_wiki
from masksearch.corpus.wikitext import plain_text
from masksearch.errors import InputError
from masksearch.language import Language, decide_language
from masksearch.rejection import Rejection
from masksearch.schemas import Document

_SAMPLED_PAGES, _SAMPLED_CHARS = 40, 20_000


@dataclass(frozen=True)
class Dump:
    """A Source (see `masksearch.corpus.source`): the articles of a dump."""

    file: DumpFile
    wiki: Wiki
    language: Language
    namespaces: frozenset[int] = frozenset({MAIN})
    """Those whose pages are taken."""

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.size

    def parts(self) -> Iterator[Part]:
        """Its parts in order; raises InputError where the file is damaged."""
        return self.file.parts()

    def read(self, part: Part) -> Iterator[Found]:
        """The articles of a part, and why other pages are none; raises InputError.

        A page that comes several times in a part is rendered once.
        """
        found = list(read_pages(self.file.pages(part), self.wiki.namespaces))
        dropped = outdated(list(self._versions(found)))
        for at, page in enumerate(found):
            if isinstance(page, Rejection):
                yield page
            elif at in dropped:
                yield Rejection(item=page.title, reason=dropped[at])
            else:
                yield self._taken(page)

    def _versions(self, found: Iterable[Page | Rejection]) -> Iterator[tuple[int, Version]]:
        """Those by which pages replace each other, by their place: of pages that can be read."""
        for at, page in enumerate(found):
            if isinstance(page, Page) and page.wikitext is not None:
                yield at, self._version(page)

    def _version(self, page: Page) -> Version:
        return version(f"{self.wiki.name}:{page.id}", page.timestamp, page.revision)

    def _taken(self, page: Page) -> Found:
        reason = refusal(page, self.namespaces)
        found = Rejection(item=page.title, reason=reason) if reason else article(page, self.wiki)
        if isinstance(found, Rejection) and page.wikitext is not None:
            return Refused(found, self._version(page))
        return found


def open_mediawiki(path: Path, config: CorpusConfig) -> Dump:
    """Look into a dump: what wiki it is of and in which language its text is.

    Raises InputError where the file is no dump, is damaged, lacks a namespace that is wanted,
    or where neither it nor its text tells the language.
    """
    file = open_dump(path)
    try:
        wiki = read_wiki(file.head, config.name)
    except (ParseError, ValueError) as error:
        raise InputError(f"{path} is not a MediaWiki XML dump ({error})") from error
    wanted = wiki.namespaces.numbered(config.namespaces)
    dump = Dump(file, wiki, Language(config.lang or wiki.lang), wanted)
    if not config.lang:
        dump = _in_its_language(dump)
    if not dump.language.used:
        raise InputError(
            f"{path} does not say its language, and its text is too little to tell: "
            "give it with --lang"
        )
    return replace(dump, wiki=dump.wiki._replace(lang=dump.language.used))


def _in_its_language(dump: Dump) -> Dump:
    language = decide_language(dump.wiki.lang, _sample(dump))
    wiki = dump.wiki
    if language.used and language.used != wiki.lang:
        wiki = wiki.in_language(language.used)
    return replace(dump, wiki=wiki, language=language)


def _sample(dump: Dump) -> str:
    """Text of the first articles: enough to know a language by."""
    pieces, length = [], 0
    articles = (one for part in dump.parts() for one in dump.read(part))
    for article in islice((one for one in articles if isinstance(one, Article)), _SAMPLED_PAGES):
        pieces.append(article.document.text[:_SAMPLED_CHARS])
        length += len(pieces[-1])
        if length >= _SAMPLED_CHARS:
            break
    return "\n\n".join(pieces)


def article(page: Page, wiki: Wiki) -> Article | Rejection:
    """The document of a page of wikitext, or why it is none."""
    text, links, sections, lost, left_out = plain_text(page.wikitext or "", wiki)
    if not text:
        return Rejection(item=page.title, reason=NO_TEXT)
    document = Document(
        id=f"{wiki.name}:{page.id}:{page.revision}",
        title=page.title,
        text=text,
        corpus=wiki.name,
        url=wiki.address(page.title),
        lang=wiki.lang,
        page_id=page.id,
        revision=page.revision,
        timestamp=page.timestamp,
        licence=wiki.licence,
        links=links,
        sections=sections,
    )
    return Article(document, lost, left_out)
