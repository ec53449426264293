"""Templates, links and tables: one pass over a page's brackets with a stack.

Takes time linear in the text's length whatever stands in it: what is nested deeper than
`MAX_DEPTH` is text, and every bracket is looked at once. A bracket that is never closed is
text, too, so that it swallows nothing that follows it.
"""

from __future__ import annotations

import re

from masksearch.corpus import templates
from masksearch.corpus.links import Links
from masksearch.corpus.marks import LOST, OPEN

MAX_DEPTH = 60

_TABLE_BY_BARS = re.compile(r"^([ \t:*#]*)(?:\{\{\{!\}\}|(\{\{!\}\}\}(?!\})))", re.MULTILINE)
_BRACKET = re.compile(r"\{\{|\}\}|\[\[|\]\]\](?!\])|\]\]|\{\||\|\}(?!\})|\|")
_FRACTION = re.compile(r"\d+/\d+")
_TEMPLATE, _LINK, _TABLE = "{{", "[[", "{|"
_PIPE = "!"
"""The template that stands for a bar, also for the one between a link's parts."""
_BEFORE_TABLE = " \t:*#"


class _Frame:
    """A bracket that is open: its parts so far, and the pieces of the one at hand."""

    __slots__ = ("begin", "kept", "kind", "parts", "pieces")

    def __init__(self, kind: str, begin: int) -> None:
        self.kind = kind
        self.begin = begin
        self.kept = 0
        self.parts: list[str] = []
        self.pieces: list[str] = []

    def next_part(self) -> None:
        self.parts.append("".join(self.pieces))
        self.pieces = []

    def as_text(self) -> str:
        self.next_part()
        return self.kind + "|".join(self.parts)


def without_brackets(text: str, links: Links, lang: str = "en") -> str:
    """The text with its templates shown, its tables gone and its links as marks.

    What was lost with them is counted in `links`; `lang` is that of the wiki.
    """
    if "{{!}}" in text:  # bars of a table within a template's arguments
        text = _TABLE_BY_BARS.sub(lambda match: match[1] + ("|}" if match[2] else "{|"), text)
    return _Scan(text, links, lang).run()


def _parameter(parts: list[str]) -> str:
    """What a page shows of `{{{name|default}}}`: the default, as nobody gives it a value."""
    return parts[1] if len(parts) > 1 else LOST


class _Scan:
    def __init__(self, text: str, links: Links, lang: str) -> None:
        self._text = text
        self._lang = lang
        self._links = links
        self._top = _Frame("", 0)
        self._below: list[_Frame] = []
        self._cursor = 0
        self._goes_on = True

    def run(self) -> str:
        text = self._text
        while self._goes_on:
            self._goes_on = False
            for match in _BRACKET.finditer(text, self._cursor):
                at = match.start()
                if at > self._cursor:
                    self._top.pieces.append(text[self._cursor : at])
                self._cursor = match.end()
                self._take(match[0], at)
                if self._goes_on:
                    break
        self._top.pieces.append(text[self._cursor :])
        while self._below:
            self._give_up()
        return "".join(self._top.pieces)

    def _take(self, token: str, at: int) -> None:
        match token:
            case "|" if self._top.kind in {_TEMPLATE, _LINK}:
                self._top.next_part()
            case "{{" | "[[":
                self._open(token, at)
            case "}}":
                self._close(_TEMPLATE, token)
            case "]]" | "]]]":
                self._close_link(token, at)
            case "{|" if self._begins_line(at):
                self._open(token, at)
            case "|}" if self._begins_line(at) and self._holds(_TABLE):
                self._close(_TABLE, token)
            case "|}" if self._top.kind in {_TEMPLATE, _LINK}:
                self._top.next_part()
                self._top.pieces.append("}")
            case _:
                self._top.pieces.append(token)

    def _begins_line(self, at: int) -> bool:
        text = self._text
        while at and text[at - 1] in _BEFORE_TABLE:
            at -= 1
        return not at or text[at - 1] == "\n"

    def _open(self, kind: str, at: int) -> None:
        if len(self._below) >= MAX_DEPTH:
            self._links.lost["broken"] += kind == _LINK
            self._top.pieces.append(kind)
            return
        self._below.append(self._top)
        self._top = _Frame(kind, at)

    def _holds(self, kind: str) -> bool:
        """Whether such a bracket is open, with nothing around it that weighs more."""
        for frame in (self._top, *reversed(self._below)):
            if frame.kind == kind:
                return True
            weighs_more = frame.kind == _TEMPLATE or (frame.kind == _TABLE and kind == _LINK)
            if weighs_more and kind != _TEMPLATE:
                return False
        return False

    def _close_link(self, token: str, at: int) -> None:
        """`]]]` ends a link after an external one where such a one is open in it."""
        inner = self._text.rfind("[", self._top.begin + 2, at) if token == "]]]" else -1
        external = inner > self._text.rfind("]", self._top.begin + 2, at)
        if external:
            self._top.pieces.append("]")
        self._close(_LINK, "]]")
        if token == "]]]" and not external:
            self._top.pieces.append("]")

    def _close(self, kind: str, token: str) -> None:
        if not self._holds(kind):
            self._top.pieces.append(token)
            return
        while self._top.kind != kind:
            self._give_up()
        frame, self._top = self._top, self._below.pop()
        frame.next_part()
        match kind:
            case "{{" if frame.parts[0][:1] == "{" and self._next_is("}"):
                self._cursor, self._goes_on = self._cursor + 1, True
                self._add(_parameter(frame.parts), frame, "template")
            case "{{" if frame.parts == [_PIPE] and self._top.kind == _LINK:
                self._top.next_part()
            case "{{":
                self._add(templates.shown(frame.parts, self._lang), frame, "template")
            case "[[":
                shown = self._links.shown(frame.parts)
                if shown is None:
                    self._links.lost["broken"] += 1
                    self._add(f"[[{'|'.join(frame.parts)}]]", frame, "")
                else:
                    self._add_link(shown, frame)
            case _:
                self._add("\n", frame, "table")

    def _next_is(self, character: str) -> bool:
        return self._text[self._cursor : self._cursor + 1] == character

    def _add(self, shown: str, frame: _Frame, lost_in: str) -> None:
        if (
            "/" in shown
            and _FRACTION.fullmatch(shown)
            and "".join(self._top.pieces[-1:])[-1:].isdecimal()
        ):
            shown = f" {shown}"  # `5{{frac|1|2}}` is no 51/2
        kept = shown.count(OPEN) if frame.kept else 0
        if lost_in:
            self._links.lost[lost_in] += frame.kept - kept
        self._top.kept += kept
        self._top.pieces.append(shown)

    def _add_link(self, shown: str, frame: _Frame) -> None:
        """Links do not nest: what was in this one is lost with it."""
        self._links.lost["within a link"] += frame.kept
        self._top.kept += OPEN in shown
        self._top.pieces.append(shown)

    def _give_up(self) -> None:
        """The innermost bracket was never closed: it is text."""
        frame, self._top = self._top, self._below.pop()
        self._links.lost["broken"] += frame.kind == _LINK
        self._top.kept += frame.kept
        self._top.pieces.append(frame.as_text())
