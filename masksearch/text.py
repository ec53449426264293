"""The one normaliser and the one notion of a token for scoring and guards."""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata

_ARTICLES = frozenset({"a", "an", "the"})
_PUNCTUATION = str.maketrans(
    "", "", string.punctuation + "–—‒―‐−‘’‚‹›“”„…«»·′″¿¡。、「」『』《》〈〉【】・"
)
CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Chinese and Japanese, as the inside of a regular expression's class."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TOKEN = re.compile(rf"[{CJK}]|[^\s{CJK}]+")


def normalise(text: str) -> str:
    """Lower case, without punctuation, articles or repeated white space.

    The rule of SQuAD's evaluation script, with typographic punctuation added.
    """
    return " ".join(tokens(text))


def tokens(text: str) -> list[str]:
    """Normalised tokens: words, or single characters of Chinese and Japanese."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_PUNCTUATION)
    return [token for token in _TOKEN.findall(folded) if token not in _ARTICLES]


def contains_tokens(haystack: str, needle: str) -> bool:
    """Whether `needle` stands in `haystack` as whole tokens, in order."""
    wanted = normalise(needle)
    return bool(wanted) and f" {wanted} " in f" {normalise(haystack)} "


def words_before(text: str, position: int, count: int) -> str:
    """The last `count` white-space separated words before `position`."""
    words = text[:position].split()
    return " ".join(words[max(0, len(words) - count) :])


def words_after(text: str, position: int, count: int) -> str:
    """The first `count` white-space separated words from `position` on."""
    return " ".join(text[position:].split()[:count])


def encodable(text: str) -> str:
    """`text` with lone surrogates, which JSON can carry but UTF-8 cannot, as `?`."""
    return text.encode(errors="replace").decode()


def printable(text: str) -> str:
    """Text that cannot drive a terminal: control characters become U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


def digest(*parts: str, length: int = 16) -> str:
    """A stable hexadecimal name for `parts` (BLAKE2b, `length` characters)."""
    joined = "\x1f".join(parts).encode()
    return hashlib.blake2b(joined, digest_size=(length + 1) // 2).hexdigest()[:length]
