"""Filters that look at one passage alone: length, language and script."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

from masksearch.config import QualityConfig
from masksearch.schemas import Passage

LEAST_SHARE = 0.5
"""Of a passage's letters that must be of a script of its language."""

_HAN = frozenset({"CJK"})
_CYRILLIC = frozenset({"CYRILLIC"})
_ARABIC = frozenset({"ARABIC"})
_DEVANAGARI = frozenset({"DEVANAGARI"})
_LATIN = frozenset({"LATIN"})
_SCRIPTS = {
    "zh": _HAN,
    "ja": _HAN | {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"},
    "ko": _HAN | {"HANGUL"},
    **dict.fromkeys(("ru", "bg", "uk", "be", "mk", "kk", "ky", "tg", "mn", "ba", "tt"), _CYRILLIC),
    "sr": _CYRILLIC | _LATIN,
    **dict.fromkeys(("ar", "fa", "ur", "arz", "ckb", "ps"), _ARABIC),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), _DEVANAGARI),
    "el": frozenset({"GREEK"}),
    "he": frozenset({"HEBREW"}),
    "hy": frozenset({"ARMENIAN"}),
    "ka": frozenset({"GEORGIAN"}),
    "th": frozenset({"THAI"}),
    "bn": frozenset({"BENGALI"}),
    "ta": frozenset({"TAMIL"}),
    "te": frozenset({"TELUGU"}),
}


def refusal(passage: Passage, config: QualityConfig) -> str:
    """Why a passage is refused for what it is; empty when it is not."""
    if config.min_chars and len(passage.text) < config.min_chars:
        return "too short for tasks"
    if config.max_chars and len(passage.text) > config.max_chars:
        return "too long for tasks"
    if config.languages and passage.lang not in config.languages:
        return f"language {passage.lang}"
    if config.check_script and script_share(passage.text, passage.lang) < LEAST_SHARE:
        return "not in the script of its language"
    return ""


def script_share(text: str, lang: str) -> float:
    """The share of a text's letters that are of a script of the language; 1 without letters."""
    scripts = Counter(_script(character) for character in text if character.isalpha())
    wanted = _SCRIPTS.get(lang.partition("-")[0], _LATIN)
    total = scripts.total()
    return sum(scripts[name] for name in wanted) / total if total else 1.0


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The first word of a character's name in Unicode, which is that of its script."""
    return unicodedata.name(character, "").partition(" ")[0]
