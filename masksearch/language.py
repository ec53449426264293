"""Which language a text is in, and whether what is declared of it is true."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

ENOUGH_CHARS = 300
"""Text shorter than this tells no language: what is declared of it stands."""
_LIKELY, _UNLIKELY = 0.5, 0.001
_KIN = (
    frozenset({"no", "nb", "nn", "da"}),
    frozenset({"sr", "hr", "bs", "sh"}),
    frozenset({"id", "ms", "jv"}),
    frozenset({"zh", "yue", "wuu", "lzh", "nan", "hak", "gan"}),
    frozenset({"de", "als", "gsw", "bar", "nds", "lb"}),
    frozenset({"es", "gl", "ast", "an"}),
    frozenset({"ru", "be"}),
    frozenset({"cs", "sk"}),
)
"""Languages that are told apart too badly to contradict a dump."""

_SUBTAG = re.compile(r"[-.@]")
_WIKIS = {
    **{"simple": "en", "als": "gsw", "be-x-old": "be", "bat-smg": "sgs", "cbk-zam": "cbk"},
    **{"fiu-vro": "vro", "map-bms": "jv", "nb": "no", "roa-rup": "rup"},
    **{"zh-classical": "lzh", "zh-min-nan": "nan", "zh-yue": "yue", "zh-hakka": "hak"},
    **{"zh-gan": "gan", "zh-wuu": "wuu", "in": "id", "iw": "he"},
}
"""Codes that do not begin with the code of their language."""


def base_language(code: str) -> str:
    """The language of a code without its region, script or variant, in small letters.

    `zh-TW`, `zh_Hant` and `zh` are `zh`; `simple` is `en`. Empty for an empty code.
    """
    lowered = code.strip().lower().replace("_", "-")
    return _WIKIS.get(lowered) or _WIKIS.get(base := _SUBTAG.split(lowered, maxsplit=1)[0]) or base


class Language(NamedTuple):
    """The language to go by, what was declared, and what the text looks like where it was looked at."""

    used: str
    declared: str = ""
    seen: str = ""

    @classmethod
    def noted(cls, counts: Mapping[str, str]) -> Language:
        """The language that the counts of a corpus note, those of contracts 1 among them."""
        return cls(**{"declared" if key == "said" else key: lang for key, lang in counts.items()})

    @property
    def is_contradicted(self) -> bool:
        """Whether the text is in another language than the declared one."""
        return bool(self.declared) and self.used != self.declared


def see_language(text: str) -> dict[str, float]:
    """Some hundred languages with their probabilities, the likeliest first (langid's model)."""
    return {str(lang): float(probability) for lang, probability in _identifier().rank(text)}


def decide_language(declared: str, text: str) -> Language:
    """What is declared, unless the text clearly is in another language; empty where neither tells.

    A language that the model does not know, and one that is close kin to what is seen, is
    not contradicted.
    """
    if len(text) < ENOUGH_CHARS // (2 if _is_dense(text) else 1):
        return Language(declared, declared)
    seen = see_language(text)
    lang, probability = next(iter(seen.items()))
    if declared:
        contradicted = seen.get(declared, 1.0) < _UNLIKELY and not _are_kin(declared, lang)
        return Language(lang if contradicted else declared, declared, lang)
    return Language(lang if probability >= _LIKELY else "", declared, lang)


def _are_kin(one: str, other: str) -> bool:
    return any(one in kin and other in kin for kin in _KIN)


def _is_dense(text: str) -> bool:
    """Whether the text is in a script that says much in few characters."""
    return sum("\u3040" <= character <= "\ud7af" for character in text) * 2 > len(text)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - it takes a while

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
