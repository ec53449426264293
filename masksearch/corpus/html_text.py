"""HTML as readable paragraphs; tables, scripts, code and what leads about a page are dropped."""

from __future__ import annotations

import re

from lxml import etree

from masksearch.corpus.plain import Plain, Writer

_DROPPED = frozenset(
    [
        *("script", "style", "table", "template", "noscript", "iframe", "object", "svg", "math"),
        *("figure", "pre", "nav", "footer", "aside", "form", "button", "select", "textarea"),
        *("audio", "video", "canvas", "head"),
    ]
)
_DROPPED_CLASSES = frozenset(
    [
        *("reference", "mw-editsection", "navbox", "hatnote", "infobox", "noprint", "toc"),
        *("metadata", "reflist", "thumb", "mw-references-wrap", "gallery"),
    ]
)
"""Of MediaWiki's own: what stands beside the text."""
_BLOCKS = frozenset(
    [
        *("p", "div", "section", "article", "main", "header", "body", "ul", "ol", "li", "dl"),
        *("dt", "dd", "blockquote", "hr", "address", "details", "summary", "center", "fieldset"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    ]
)
_HEADING = re.compile(r"h[1-6]$")
_BEGINS = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|(?:p|div|section|article|main|h[1-6]|ul|ol"
    r"|span|table|blockquote|meta|b|i|strong|em|a|br|img|script|style)(?=[\s/>]))",
    re.IGNORECASE | re.DOTALL,
)
_ENDS = re.compile(
    r"</(?:p|div|section|article|main|body|html|h[1-6]|ul|ol|li|span)\s*>|<br\s*/?>", re.I
)
_PARAGRAPHS = 2
_UNSEEN = "display:none"
_SPACE = re.compile(r"\s+")
_SPACE_IN_LINE = re.compile(r"[^\S\n]*\n[^\S\n]*|[^\S\n]+")


def is_html(text: str) -> bool:
    """Whether a text looks like HTML: it begins with a tag and closes one, or closes several."""
    if "</" not in text:
        return False
    closed = len(_ENDS.findall(text))
    return (closed >= 1 and bool(_BEGINS.match(text))) or text.count("</p>") >= _PARAGRAPHS


def html_text(html: str) -> Plain:
    """The paragraphs of a page or of a piece of one, whatever is wrong with its markup."""
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(html.replace("\0", "").encode(), parser) if html.strip() else None
    if root is None:
        return Plain("")
    reading = _Reading()
    reading.read(root)
    named = root.findtext(".//title") or ""
    made = reading.writer.finish()
    return made._replace(title=made.title or _SPACE.sub(" ", named).strip())


class _Reading:
    """A walk through a page's elements, which may be nested in any depth."""

    def __init__(self) -> None:
        self.writer = Writer()
        self._pieces: list[str] = []

    def read(self, root: etree._Element) -> None:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "start":
                self._start(element, walker)
            else:
                self._end(element)
        self._close()

    def _start(self, element: etree._Element, walker: etree.iterwalk) -> None:
        if _is_dropped(element):
            walker.skip_subtree()
            return
        if element.tag in _BLOCKS:
            self._close()
        self._pieces.append("\n" if element.tag == "br" else _SPACE.sub(" ", element.text or ""))

    def _end(self, element: etree._Element) -> None:
        if element.tag in _BLOCKS and not _is_dropped(element):
            self._close(is_heading=bool(_HEADING.match(element.tag)))
        elif element.tag in ("table", "pre", "figure"):
            self._close()
        self._pieces.append(_SPACE.sub(" ", element.tail or ""))

    def _close(self, *, is_heading: bool = False) -> None:
        text = _SPACE_IN_LINE.sub(_one_space, "".join(self._pieces))
        self._pieces = []
        if is_heading:
            self.writer.heading(text)
        else:
            self.writer.paragraph(text)


def _one_space(found: re.Match[str]) -> str:
    return "\n" if "\n" in found[0] else " "


def _is_dropped(element: etree._Element) -> bool:
    classes = (element.get("class") or "").split()
    return (
        element.tag in _DROPPED
        or not _DROPPED_CLASSES.isdisjoint(classes)
        or _UNSEEN in (element.get("style") or "").replace(" ", "")
    )
