"""Markup within lines: bold and italic, tags, external links, magic words."""

from __future__ import annotations

import re

from masksearch.corpus.tags import without_tags

_EXTERNAL = re.compile(
    r"\[(?:(?:https?|ftps?|ircs?|news|mailto|gopher|git|svn|magnet):|//)"
    r"[^\s\[\]<>\"\ue000-\ue008]*((?:[^\S\n]|\ue000)[^\[\]\n]*)?\]",
    re.IGNORECASE,
)
_MAGIC_WORD = re.compile(r"__([^\W\d_](?:[^\W\d_]|_(?!_)){1,40})__")
_SWITCHES = {
    *("notoc", "toc", "forcetoc", "noeditsection", "nogallery", "newsectionlink", "index"),
    *("nonewsectionlink", "noindex", "hiddencat", "notitleconvert", "notc", "nocontentconvert"),
    *("nocc", "staticredirect", "disambig", "nosectionedit", "noglobal", "notalk", "archivedtalk"),
    *("expected_unconnected_page", "expectunusedcategory", "expectunusedtemplate"),
}
_MACROS = {"FILE", "LINE", "DATE", "TIME", "FUNCTION", "FUNC", "STDC", "VA_ARGS", "COUNTER"}
_QUOTES = re.compile(r"''+")
_BOLD, _ITALIC, _BOTH = 3, 2, 5


def without_inline_markup(text: str) -> str:
    """The text without quotes for bold and italic, tags, external links and magic words."""
    text = _MAGIC_WORD.sub(_magic, text) if "__" in text else text
    text = without_tags(text) if "<" in text else text
    text = _EXTERNAL.sub(lambda match: (match[1] or "").strip(), text)
    return _without_quotes(text) if "''" in text else text


def _magic(match: re.Match[str]) -> str:
    """Nothing for a switch of MediaWiki, in any language; names of programs stay."""
    word = match[1]
    is_switch = word.lower() in _SWITCHES or (word == word.upper() and word not in _MACROS)
    return "" if is_switch else match[0]


def _without_quotes(text: str) -> str:
    """Without `''` and `'''`; an apostrophe before them stays, as MediaWiki decides it."""
    return "\n".join(
        _line_without_quotes(line) if "'''" in line else line.replace("''", "")
        for line in text.split("\n")
    )


def _line_without_quotes(line: str) -> str:
    runs = list(_QUOTES.finditer(line))
    kept = [_extra(len(run[0])) for run in runs]
    lengths = [len(run[0]) - extra for run, extra in zip(runs, kept, strict=True)]
    bold = sum(length in (_BOLD, _BOTH) for length in lengths)
    italic = sum(length in (_ITALIC, _BOTH) for length in lengths)
    if bold % 2 and italic % 2 and _BOLD in lengths:
        kept[_apostrophe(line, runs, lengths)] += 1
    pieces, cursor = [], 0
    for run, extra in zip(runs, kept, strict=True):
        pieces += [line[cursor : run.start()], "'" * extra]
        cursor = run.end()
    return "".join([*pieces, line[cursor:]])


def _extra(length: int) -> int:
    """Apostrophes of a run that are none of its markup."""
    return 1 if length == _BOLD + 1 else max(0, length - _BOTH)


def _apostrophe(line: str, runs: list[re.Match[str]], lengths: list[int]) -> int:
    """Which of an odd number of `'''` is an apostrophe and `''`: `L'''Iliade''`."""

    def rank(number: int) -> tuple[int, int]:
        start = runs[number].start()
        before = f"  {line[max(0, start - 2) : start]}"[-2:]
        return (2 if before[1] == " " else 0 if before[0] == " " else 1), number

    return min((n for n, length in enumerate(lengths) if length == _BOLD), key=rank)
