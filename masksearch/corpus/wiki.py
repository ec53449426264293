"""What a dump's header says of the wiki it was taken from."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from masksearch.corpus.local_names import HIDDEN_PREFIXES, SISTER_PREFIXES

_DBNAME = re.compile(r"([a-z_-]+?)wik")
_ROOT_LANGUAGE = re.compile(rb"<mediawiki\b[^<>]*?\bxml:lang=[\"']([A-Za-z-]+)[\"']")
_SITEINFO, _SITEINFO_END = b"<siteinfo>", b"</siteinfo>"
_FILE, _CATEGORY = 6, 14
_ISO = {
    **{"simple": "en", "be-x-old": "be", "be-tarask": "be", "zh-yue": "yue"},
    **{"zh-classical": "lzh", "zh-min-nan": "nan", "als": "gsw", "commons": "", "species": ""},
}
"""Languages of wikis whose code is not the language's own."""


class Namespaces(NamedTuple):
    """Lower-case prefixes: of links that show nothing, and of links that leave the pages."""

    hidden: frozenset[str] = HIDDEN_PREFIXES
    other: frozenset[str] = SISTER_PREFIXES


class Wiki(NamedTuple):
    """A wiki: `name` in ids, the language (empty where it is not said), addresses' beginning."""

    name: str
    lang: str = ""
    url: str = ""
    namespaces: Namespaces = Namespaces()

    def address(self, title: str) -> str:
        """A page's address; empty where the dump does not tell the wiki's."""
        return self.url + quote(title.replace(" ", "_"), safe="/:,()'!") if self.url else ""

    def in_language(self, lang: str) -> Wiki:
        """The same kind of wiki in the language that its text is really in.

        A Wikipedia's name and addresses carry its language, so they change with it.
        """
        code = self.name.removesuffix("wiki").replace("_", "-")
        host = f"//{code}.wikipedia."
        if self.name.endswith("wiki") and (host in self.url or not self.url):
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
    site = ElementTree.fromstring(info)
    dbname, base = site.findtext("dbname") or "", site.findtext("base") or ""
    root = _ROOT_LANGUAGE.search(head)
    said = root[1].decode("ascii") if root else ""
    return Wiki(
        name=name or dbname or "wiki",
        lang=_language(said, dbname, base),
        url=base.rpartition("/")[0] + "/" if base else "",
        namespaces=_namespaces(site),
    )


def _language(said: str, dbname: str, base: str) -> str:
    named = _DBNAME.match(dbname)
    host = (urlsplit(base).hostname or "").split(".")
    from_host = host[0] if len(host) > 2 and host[0] != "www" else ""
    code = said or (named[1].replace("_", "-") if named else from_host)
    return _ISO.get(code.lower(), code.lower())


def _namespaces(site: ElementTree.Element) -> Namespaces:
    named = [
        (int(one.get("key") or 0), (one.text or "").lower())
        for one in site.iterfind("namespaces/namespace")
    ]
    hidden = {name for key, name in named if key in (_FILE, _CATEGORY) and name}
    other = {name for key, name in named if key not in (0, _FILE, _CATEGORY) and name}
    common = Namespaces()
    return Namespaces(common.hidden | hidden, (common.other | other) - common.hidden - hidden)
