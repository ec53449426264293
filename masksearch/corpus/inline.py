"""Markup within lines: bold and italic, tags, external links, language variants."""

from __future__ import annotations

import re

from masksearch.corpus.marks import BREAK

_TAGS = (
    *("abbr", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code"),
    *("data", "dd", "del", "dfn", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5"),
    *("h6", "hr", "i", "img", "includeonly", "ins", "kbd", "li", "mark", "noinclude", "nowiki"),
    *("ol", "onlyinclude", "p", "poem", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "small"),
    *(
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "time",
        "tr",
    ),
    *("tt", "u", "ul", "var", "wbr", "ref", "references", "gallery", "math", "pre", "translate"),
    *("chem", "ce", "source", "syntaxhighlight", "timeline", "noshowtoc", "nobr", "abbrev", "lang"),
)
_BREAKS = {
    *(
        "p",
        "div",
        "blockquote",
        "center",
        "ul",
        "ol",
        "dl",
        "hr",
        "li",
        "dd",
        "dt",
        "poem",
        "table",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "caption", "tr", "td", "th"),
}
_TAG = re.compile(rf"<(/?)({'|'.join(_TAGS)})\b([^<>]*)>", re.IGNORECASE)
_HTML_TABLE = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
_UNIT_POWER = re.compile(r"(?<=[a-z])<sup>([23])</sup>", re.IGNORECASE)
_POWERS = {"2": "²", "3": "³"}
_RAISED = re.compile(r"<sup\b[^<>]*>\s*(?=[0-9−+-])", re.IGNORECASE)
_EXTERNAL = re.compile(
    r"\[(?:(?:https?|ftps?|ircs?|news|mailto|gopher|git|svn|magnet):|//)"
    r"[^\s\[\]<>\"\ue000-\ue005]*((?:[^\S\n]|\ue000)[^\[\]\n]*)?\]",
    re.IGNORECASE,
)
_MAGIC_WORD = re.compile(r"__(?:[A-Z]{3,30}|[^\x00-\x7f]{2,30})__")
_QUOTES = re.compile(r"''+")
_BOLD, _ITALIC, _BOTH = 3, 2, 5

_VARIANT = re.compile(r"-\{([^{}]*)\}-")
_VARIANT_FLAGS = re.compile(r"\s*([A-Za-z;\s-]{1,60})\|")
_VARIANT_RULE = re.compile(r"(?:^|[;；])\s*(zh(?:-[a-z]+)?)\s*[:：]")
_PREFERRED = ("zh-hans", "zh-cn", "zh", "zh-hant", "zh-tw", "zh-hk", "zh-sg")


def without_inline_markup(text: str) -> str:
    """The text without quotes for bold and italic, tags, external links and magic words."""
    text = _MAGIC_WORD.sub("", text) if "__" in text else text
    text = _without_tags(text) if "<" in text else text
    text = _EXTERNAL.sub(lambda match: (match[1] or "").strip(), text)
    return _without_quotes(text) if "''" in text else text


def one_variant(text: str) -> str:
    """Chinese `-{zh-hans:…; zh-hant:…}-` as one of them, the simplified one where it is given."""
    return _VARIANT.sub(lambda match: _variant(match[1]), text) if "-{" in text else text


def _variant(inner: str) -> str:
    flags = _VARIANT_FLAGS.match(inner)
    if flags:
        inner = inner[flags.end() :]
        if any(flag in flags[1] for flag in "HTD-") and "zh" not in flags[1]:
            return ""
    rules = list(_VARIANT_RULE.finditer(inner))
    if not rules:
        return inner
    ends = [*(rule.start() for rule in rules[1:]), len(inner)]
    said = {
        rule[1]: inner[rule.end() : end].strip(" ;；\n")
        for rule, end in zip(rules, ends, strict=True)
    }
    return next((said[one] for one in _PREFERRED if one in said), next(iter(said.values())))


def _without_tags(text: str) -> str:
    text = _without_html_tables(text)
    text = _UNIT_POWER.sub(lambda match: _POWERS[match[1]], text)
    return _TAG.sub(_tag, _RAISED.sub("^", text))


def _tag(match: re.Match[str]) -> str:
    name = match[2].lower()
    if name == "br":
        return " "
    return BREAK if name in _BREAKS else ""


def _without_html_tables(text: str) -> str:
    pieces, depth, cursor = [], 0, 0
    for match in _HTML_TABLE.finditer(text):
        if not depth:
            pieces.append(text[cursor : match.start()])
        depth = max(0, depth - 1) if match[1] else depth + 1
        cursor = match.end() if not depth else cursor
        if depth == 1 and not match[1]:
            begin = match.end()
    if depth:  # never closed: only the tag goes
        cursor = begin
    return "".join([*pieces, text[cursor:]]) if pieces else text


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
