"""The words of each language's dates and quantities, by the code of the language."""

from __future__ import annotations

from masksearch.spans.grammar import Spaced, Unspaced
from masksearch.spans.vocabularies.asian import BENGALI, HINDI, INDONESIAN, THAI, VIETNAMESE
from masksearch.spans.vocabularies.east_asian import CHINESE, JAPANESE, KOREAN
from masksearch.spans.vocabularies.germanic import (
    DANISH,
    DUTCH,
    ENGLISH,
    GERMAN,
    NORWEGIAN,
    SWEDISH,
)
from masksearch.spans.vocabularies.near_eastern import ARABIC, GREEK, HEBREW, PERSIAN, TURKISH
from masksearch.spans.vocabularies.romance import (
    CATALAN,
    FRENCH,
    ITALIAN,
    PORTUGUESE,
    ROMANIAN,
    SPANISH,
)
from masksearch.spans.vocabularies.slavic import BULGARIAN, CZECH, POLISH, RUSSIAN, UKRAINIAN

VOCABULARIES: dict[str, Spaced | Unspaced] = {
    **{"en": ENGLISH, "de": GERMAN, "nl": DUTCH, "sv": SWEDISH, "da": DANISH, "no": NORWEGIAN},
    **{"fr": FRENCH, "es": SPANISH, "it": ITALIAN, "pt": PORTUGUESE, "ro": ROMANIAN, "ca": CATALAN},
    **{"ru": RUSSIAN, "uk": UKRAINIAN, "bg": BULGARIAN, "pl": POLISH, "cs": CZECH},
    **{"el": GREEK, "tr": TURKISH, "he": HEBREW, "ar": ARABIC, "arz": ARABIC, "fa": PERSIAN},
    **{"hi": HINDI, "bn": BENGALI, "th": THAI, "vi": VIETNAMESE, "id": INDONESIAN},
    **{"zh": CHINESE, "yue": CHINESE, "wuu": CHINESE, "gan": CHINESE, "lzh": CHINESE},
    **{"ja": JAPANESE, "ko": KOREAN},
}
