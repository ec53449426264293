"""What templates show: those that carry a sentence's content are rendered, notes are not.

A template that nobody here knows leaves a mark: `masksearch.corpus.holes` judges by where
it stood whether the sentence lost a word with it.
"""

from __future__ import annotations

from masksearch.corpus.marks import GAP
from masksearch.corpus.template_arguments import read_arguments
from masksearch.corpus.template_notes import CHARACTERS, NOTE_OPTIONS, NOTE_PREFIXES, NOTES
from masksearch.corpus.template_rendering import BY_LANGUAGE, COMMON, Rendering
from masksearch.corpus.units import grouped

_SEPARATORS = {
    **dict.fromkeys(("de", "es", "it", "nl", "pt", "da", "tr", "id", "el"), (".", ",")),
    **dict.fromkeys(("fr", "ru", "uk", "bg", "pl", "cs", "sv", "fi", "nb", "no", "hu"), (" ", ",")),
}
_SETTINGS = {
    *("defaultsort", "displaytitle", "defaultsortkey", "defaultcategorysort", "сортировка"),
    *("sortierung", "デフォルトソート", "기본정렬"),
}
_CASES = {"lc", "uc", "ucfirst", "lcfirst"}
_FOREIGN_PREFIXES = ("lang-", "lang ")
_LONGEST_FOREIGN = 14


def shown(parts: list[str], lang: str = "en") -> str:
    """What a template shows, by its name and raw arguments; GAP where nobody knows."""
    name, colon, first = parts[0].partition(":")
    name = " ".join(name.replace("_", " ").split()).lower()
    if colon and (name == "formatnum" or name in _CASES or name in _SETTINGS):
        return _function(name, first.strip(), lang)
    if rendering := _rendering(name, lang):
        return rendering(read_arguments(parts[1:]))
    if name in CHARACTERS:
        return CHARACTERS[name]
    if name in NOTES or name.startswith(NOTE_PREFIXES):
        return ""
    arguments = read_arguments(parts[1:])
    if name.startswith(_FOREIGN_PREFIXES) and len(name) <= _LONGEST_FOREIGN:
        return arguments.at(1)
    return "" if NOTE_OPTIONS & arguments.named.keys() else GAP


def _rendering(name: str, lang: str) -> Rendering | None:
    local = BY_LANGUAGE.get(lang)
    return (local.get(name) if local else None) or COMMON.get(name)


def _function(name: str, argument: str, lang: str) -> str:
    if name == "formatnum":
        return GAP if GAP in argument else grouped(argument, *_SEPARATORS.get(lang, (",", ".")))
    return argument if name in _CASES else ""
