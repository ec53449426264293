"""Wikitext to plain paragraphs, with the offsets of wikilinks and of sections.

Comments, references, tables, files and most templates are removed and the holes that
they leave are closed. A paragraph that loses a formula is left out: without it, it
says nothing.
"""

from __future__ import annotations

import html
import re
from enum import Enum, auto
from typing import Any, NamedTuple

import mwparserfromhell
from mwparserfromhell import nodes

from masksearch.corpus.blocks import HEADING, HOLE, ITEM, MARKS, anchor, assemble, without_marks
from masksearch.corpus.templates import expand_templates
from masksearch.schemas import Link, Section

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_EMPTY_TAG = re.compile(r"<(?:ref|references|section|templatestyles)\b[^<>]*/>", re.IGNORECASE)
_REF = re.compile(r"<ref\b[^<>]*>.*?</ref\s*>", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(
    r"<(references|gallery|timeline|syntaxhighlight|source|pre|score|imagemap|graph|"
    r"inputbox|style|script)\b[^<>]*>.*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_FORMULA = re.compile(r"<(math|chem|ce|hiero)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(r"^[ :*]*\{\|(?:(?!^[ :*]*\{\|).)*?^\s*\|\}", re.DOTALL | re.MULTILINE)
_MAGIC_WORD = re.compile(r"__[A-Z]+__")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z-]+)?")

_BLOCK_TAGS = {"p", "div", "blockquote", "center", "ul", "ol", "hr"}
_ITEM_TAGS = {"li", "dd", "dt"}
_UNSEEN_TAGS = {"ref", "references", "gallery", "table", "tr", "td", "th", "caption", "math"}
_HIDDEN_PREFIXES = {"file", "image", "category", "media"}
_SISTERS = {
    *("wp", "wikipedia", "wikt", "wiktionary", "commons", "s", "wikisource", "q", "wikiquote"),
    *("n", "b", "wikibooks", "v", "species", "d", "m", "meta", "mw", "special", "help", "user"),
    *("template", "portal", "talk", "project", "draft", "module", "mediawiki"),
}


class Namespaces(NamedTuple):
    """Lower-case prefixes: of links that show nothing, and of links that leave the pages."""

    hidden: frozenset[str] = frozenset(_HIDDEN_PREFIXES)
    other: frozenset[str] = frozenset(_SISTERS)


class _Kind(Enum):
    PAGE = auto()
    OTHER = auto()
    HIDDEN = auto()


class PlainText(NamedTuple):
    """Paragraphs joined by blank lines, with links and sections in their offsets."""

    text: str
    links: tuple[Link, ...]
    sections: tuple[Section, ...]


def plain_text(wikitext: str, namespaces: Namespaces = Namespaces()) -> PlainText:  # noqa: B008
    """Render a page's wikitext; never fails, whatever the markup."""
    renderer = _Renderer(namespaces)
    renderer.render(mwparserfromhell.parse(_prepared(wikitext)))
    text, links, sections = assemble("".join(renderer.pieces), renderer.targets)
    return PlainText(text, links, sections)


def _prepared(wikitext: str) -> str:
    """Take out, quickly, most of what will not be shown: the full parser is slow."""
    text = MARKS.sub("", wikitext)
    for unseen in (_COMMENT, _EMPTY_TAG, _REF, _UNSEEN):
        text = unseen.sub("", text)
    text = expand_templates(_FORMULA.sub(HOLE, text), HOLE)
    tables = 1
    while tables:
        text, tables = _TABLE.subn("", text)
    return _MAGIC_WORD.sub("", text)


class _Renderer:
    """Collects the pieces of a page's text, links as marks with an index into `targets`."""

    def __init__(self, namespaces: Namespaces) -> None:
        self.pieces: list[str] = []
        self.targets: list[str] = []
        self._namespaces = namespaces

    def render(self, code: Any) -> None:
        for node in code.nodes:
            match node:
                case nodes.Text():
                    self.pieces.append(str(node.value))
                case nodes.Wikilink():
                    self._wikilink(node)
                case nodes.Tag():
                    self._tag(node)
                case nodes.Heading():
                    title = without_marks(self._inner(node.title))
                    self.pieces.append(f"\n{HEADING}{node.level}{title}\n")
                case nodes.HTMLEntity():
                    self.pieces.append(
                        " ".join(MARKS.sub("", html.unescape(str(node))).split("\n"))
                    )
                case nodes.ExternalLink():
                    self._external(node)
                case _:  # templates that were not expanded, arguments, comments
                    pass

    def _inner(self, code: Any) -> str:
        inner = _Renderer(self._namespaces)
        inner.targets = self.targets
        inner.render(code)
        return "".join(inner.pieces)

    def _wikilink(self, link: Any) -> None:
        title = str(link.title).strip()
        prefix, colon, _ = title.removeprefix(":").partition(":")
        kind = self._kind(prefix.strip()) if colon else _Kind.PAGE
        if kind is _Kind.HIDDEN and not title.startswith(":"):
            return
        shown = without_marks(self._inner(link.text)) if link.text else title.removeprefix(":")
        target = title.removeprefix(":").partition("#")[0].replace("_", " ").strip()
        if kind is not _Kind.PAGE or not target:
            self.pieces.append(shown)
        elif shown.strip():
            self.pieces.append(anchor(shown, len(self.targets)))
            self.targets.append(target[0].upper() + target[1:])

    def _kind(self, prefix: str) -> _Kind:
        if prefix.lower() in self._namespaces.hidden:
            return _Kind.HIDDEN
        if prefix.lower() in self._namespaces.other:
            return _Kind.OTHER
        return _Kind.HIDDEN if _LANGUAGE.fullmatch(prefix) else _Kind.PAGE

    def _tag(self, tag: Any) -> None:
        name = str(tag.tag).strip().lower()
        if name in _ITEM_TAGS:
            self.pieces.append(f"\n{ITEM}" if tag.wiki_markup else "\n\n")
        if name in _UNSEEN_TAGS or not tag.contents:
            self.pieces.append(" " if name == "br" else "")
            return
        inner = self._inner(tag.contents)
        if name == "sup" and inner.lstrip()[:1] in {*"0123456789-−+"}:
            inner = f"^{inner.strip()}"
        around = "\n\n" if name in _BLOCK_TAGS else ""
        self.pieces.append(f"{around}{inner}{around}")

    def _external(self, link: Any) -> None:
        if link.title is not None:
            self.render(link.title)
        elif not link.brackets:
            self.pieces.append(str(link.url))
