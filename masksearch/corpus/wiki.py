"""What a dump's header says of the wiki it was taken from."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

from masksearch.corpus.addresses import beginning, page_address
from masksearch.corpus.namespaces import Namespaces, read_namespaces
from masksearch.corpus.wikimedia import language_code, licence_at, wikipedia_code

_ROOT_LANGUAGE = re.compile(rb"<mediawiki\b[^<>]*?\bxml:lang=[\"']([A-Za-z0-9-]+)[\"']")
_SITEINFO, _SITEINFO_END = b"<siteinfo>", b"</siteinfo>"
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)")
_ISO = {
    **{"simple": "en", "be-x-old": "be", "be-tarask": "be", "zh-yue": "yue"},
    **{"zh-classical": "lzh", "zh-min-nan": "nan", "als": "gsw", "commons": "", "species": ""},
}
"""Languages of wikis whose code is not the language's own."""


class Wiki(NamedTuple):
    """A wiki: `name` in ids, the language (empty where it is not said), addresses' beginning."""

    name: str
    lang: str = ""
    url: str = ""
    namespaces: Namespaces = Namespaces()
    licence: str = ""
    """Of its texts; empty where the dump does not tell it."""

    def address(self, title: str) -> str:
        """A page's address; empty where the dump does not tell the wiki's."""
        return page_address(self.url, title)

    def in_language(self, lang: str) -> Wiki:
        """The same kind of wiki in the language that its text is really in.

        A Wikipedia's name and addresses carry its language, so they change with it.
        """
        host = f"//{(code := wikipedia_code(self.name))}.wikipedia."
        if code and (host in self.url or not self.url):
            url = self.url.replace(host, f"//{lang}.wikipedia.")
            return self._replace(name=f"{lang}wiki", lang=lang, url=url)
        return self._replace(lang=lang)


def read_wiki(head: bytes, name: str = "") -> Wiki:
    """The wiki of a dump by its beginning; `name` overrides the dump's own.

    Raises ElementTree.ParseError for a header that is not XML.
    """
    start, end = head.find(_SITEINFO), head.find(_SITEINFO_END)
    whole = 0 <= start < end
    info = head[start : end + len(_SITEINFO_END)] if whole else _SITEINFO + _SITEINFO_END
    site = ElementTree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", _CONTROLS.sub(b"", info)))
    dbname, base = ((site.findtext(tag) or "").strip() for tag in ("dbname", "base"))
    root = _ROOT_LANGUAGE.search(head)
    code = root[1].decode("ascii") if root else language_code(dbname, base)
    return Wiki(
        name=name or dbname or "wiki",
        lang=_ISO.get(code.lower(), code.lower()),
        url=beginning(base),
        namespaces=read_namespaces(site),
        licence=licence_at(base),
    )
