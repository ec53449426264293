"""How dates, numbers and their like are written, language by language.

What has no vocabulary still has its years and its figures with signs.
"""

from __future__ import annotations

import re
from functools import cache

from masksearch.language import base_language
from masksearch.spans.figures import NEVER
from masksearch.spans.folding import same_letters
from masksearch.spans.grammar import Pattern, Spaced, Unspaced, compiled
from masksearch.spans.vocabularies import languages, vocabulary

_SCALES = (
    r"(?:mil|mln|mlj|mld|mlrd|mrd|bil|tril|tis|tys|tus|tuh|tūk|ezer|elf|mij|mld|мил|млн|млрд|міл|тыс|тис|хил|хиљ)"
    r"[^\W\d]*\.?"
)
"""As most languages begin these words."""
_OTHERS = Spaced(months=NEVER, units=NEVER, scales=_SCALES, percent=NEVER)


@cache
def month_names(lang: str) -> re.Pattern[str]:
    """The names of months, which are dates where a link says nothing else."""
    words = _words(lang)
    return re.compile(same_letters(words.months) if isinstance(words, Spaced) else NEVER)


@cache
def patterns(lang: str) -> tuple[Pattern, ...]:
    """The patterns of a language by its code; `zh-Hant` is `zh`."""
    return compiled(_words(lang))


@cache
def scale_words(lang: str) -> str:
    """What makes thousands and millions of a figure behind a gap, with that gap.

    Those of all languages together where the language has no vocabulary here.
    """
    known = vocabulary(base_language(lang))
    asked = [known] if known else [_OTHERS, *map(vocabulary, languages())]
    found = [words.scale for words in asked if isinstance(words, Spaced)]
    return same_letters("|".join(found) or NEVER)


@cache
def eras(lang: str) -> str:
    """The names of eras that stand right before a year and are of it."""
    words = _words(lang)
    return same_letters(words.era) if isinstance(words, Unspaced) else NEVER


def _words(lang: str) -> Spaced | Unspaced:
    return vocabulary(base_language(lang)) or _OTHERS
