"""Variants of a language on its wiki: `-{zh-hans:…; zh-hant:…}-` and the like, as one of them."""

from __future__ import annotations

import re

from masksearch.corpus.marks import GAP

_PREFERRED = {
    "zh": ("zh-hans", "zh-cn", "zh", "zh-my", "zh-sg", "zh-hant", "zh-tw", "zh-hk", "zh-mo"),
    "gan": ("gan-hans", "gan", "gan-hant"),
    "sr": ("sr-ec", "sr-cyrl", "sr", "sr-el", "sr-latn"),
    "sh": ("sh-latn", "sh", "sh-cyrl"),
    "kk": ("kk-cyrl", "kk-kz", "kk", "kk-latn", "kk-arab", "kk-tr", "kk-cn"),
    "ku": ("ku-latn", "ku", "ku-arab"),
    "tg": ("tg-cyrl", "tg", "tg-latn"),
    "uz": ("uz-latn", "uz", "uz-cyrl"),
    "crh": ("crh-latn", "crh", "crh-cyrl"),
    "iu": ("ike-cans", "iu", "ike-latn"),
    "shi": ("shi-tfng", "shi", "shi-latn"),
    "ban": ("ban", "ban-bali"),
    "tly": ("tly", "tly-cyrl"),
    "wuu": ("wuu-hans", "wuu", "wuu-hant"),
}
"""Languages whose wikis have variants, and the order in which one of them is shown."""
_TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo", "zh")
_TRADITIONAL_CODES = {"zh-hant", "zh-tw", "zh-hk", "zh-mo"}

_EDGE = re.compile(r"-\{(?=\{\{(?!\{))|-\{(?!\{)|(?<!\})\}-|(?<=[^}]\}\})\}-")
_OPEN, _CLOSE = "-{", "}-"
_MAX_DEPTH = 10
_FLAGS = re.compile(r"\s*([A-Za-z;\s-]{1,60})\|")
_HIDDEN_FLAGS = frozenset("HT-")
_DESCRIBING_FLAGS = frozenset("DN")
_PART = re.compile(r"[;；](?=\s*[a-z]{2,4}(?:-[a-z]+)*\s*[:：])")
_RULE = re.compile(r"\s*([a-z]{2,4}(?:-[a-z]+)*)\s*[:：](?!//)(.*)", re.DOTALL)


def one_variant(text: str, lang: str) -> str:
    """The text with one variant of each rule; as it is where the wiki has no variants.

    Rules within rules are read from within; deeper ones than MediaWiki reads are text.
    """
    order = _order(lang)
    if not order or _OPEN not in text:
        return text
    stack: list[list[str]] = [[]]
    cursor = 0
    for edge in _EDGE.finditer(text):
        stack[-1].append(text[cursor : edge.start()])
        cursor = edge.end()
        if edge[0] == _OPEN and len(stack) <= _MAX_DEPTH:
            stack.append([])
        elif edge[0] == _CLOSE and len(stack) > 1:
            inner = "".join(stack.pop())
            stack[-1].append(_chosen(inner, order))
        else:
            stack[-1].append(edge[0])
    return _OPEN.join("".join(pieces) for pieces in [*stack[:-1], [*stack[-1], text[cursor:]]])


def _order(lang: str) -> tuple[str, ...]:
    order = _PREFERRED.get(lang.partition("-")[0], ())
    if lang in _TRADITIONAL_CODES:
        order = (*_TRADITIONAL, *order)
    return (lang, *order) if order else ()


def _chosen(inner: str, order: tuple[str, ...]) -> str:
    """What one rule shows: nothing of a hidden one, GAP for one that tells of itself."""
    if (flags := _FLAGS.match(inner)) and (said := _flags(flags[1], order)):
        inner = inner[flags.end() :]
        if said & _HIDDEN_FLAGS:
            return ""
        if said & _DESCRIBING_FLAGS:
            return GAP
    texts = _texts(inner, order)
    if not texts:
        return "" if "=>" in inner else inner
    return next((texts[code] for code in order if code in texts), next(iter(texts.values())))


def _flags(written: str, order: tuple[str, ...]) -> set[str]:
    """The flags before a bar; empty for words that are none."""
    said = {one.strip() for one in written.split(";")} - {""}
    known = {"A", "D", "H", "N", "R", "S", "T", "-", "+"}
    base = order[-1].partition("-")[0]
    return said if all(one in known or one.startswith(base) for one in said) else set()


def _texts(inner: str, order: tuple[str, ...]) -> dict[str, str]:
    """The texts of a rule by variant; empty for what is no rule."""
    found = {}
    for part in _PART.split(inner):
        rule = _RULE.match(part)
        if rule and rule[1] in order:
            found[rule[1]] = rule[2].strip(" ;；\n")
    return found
