"""The one normaliser and the one notion of a token for scoring and guards."""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import islice

from masksearch.characters import plain, visible

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""A range of a regular expression: the characters that are words by themselves."""
SOUTHEAST_ASIAN = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""The letters of Thai, Lao, Burmese and Khmer, which put no spaces between words."""
UNIT = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
"""A word as it stands, or a single character of Chinese and Japanese."""

_ARTICLES = frozenset({"a", "an", "the"})
_PUNCTUATION = str.maketrans(
    "",
    "",
    string.punctuation + "–—‒―‐−⁄∕‘’‚‹›“”„…«»·′″¿¡。、「」『』《》〈〉【】・،؛؟٪٫٬۔।॥׳״־՝՞։๏๚๛။፡።",
)
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def normalise(text: str) -> str:
    """Lower case, without punctuation, articles or repeated white space.

    The rule of SQuAD's evaluation script, with typographic punctuation added. What a reader
    takes for the same is: digits of any script, their groups parted by anything, letters
    with or without vowel points, characters composed or not.
    """
    return " ".join(compared_tokens(text))


def compared_tokens(text: str) -> list[str]:
    """Normalised tokens in which a figure is one, by whatever its digits are grouped."""
    return tokens(_GROUPED.sub(_joined, text))


def tokens(text: str) -> list[str]:
    """Normalised tokens: words, or single characters of Chinese and Japanese.

    Chinese is compared in simplified characters, whichever it was written in.
    """
    folded = plain(unicodedata.normalize("NFKC", visible(text))).translate(_PUNCTUATION)
    return [token for token in UNIT.findall(simplified(folded)) if token not in _ARTICLES]


def _joined(figure: re.Match[str]) -> str:
    return "".join(figure[0].split())


def simplified(text: str) -> str:
    """Text with its Chinese in simplified characters (OpenCC's `t2s`)."""
    return text if text.isascii() or not _HAN.search(text) else _to_simplified()(text)


@cache
def _to_simplified() -> Callable[[str], str]:
    from opencc import OpenCC  # noqa: PLC0415 - dictionaries that only Chinese needs

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def contains_tokens(haystack: str, needle: str) -> bool:
    """Whether `needle` stands in `haystack` as whole tokens, in order."""
    wanted = normalise(needle)
    return bool(wanted) and f" {wanted} " in f" {normalise(haystack)} "


def words_before(text: str, position: int, count: int) -> str:
    """The last `count` words before `position`; a Chinese character is a word."""
    starts = [*(unit.start() for unit in UNIT.finditer(text, 0, position)), position]
    return " ".join(text[starts[max(0, len(starts) - 1 - count)] : position].split())


def words_after(text: str, position: int, count: int) -> str:
    """The first `count` words from `position` on; a Chinese character is a word."""
    ends = [unit.end() for unit in islice(UNIT.finditer(text, position), count)]
    return " ".join(text[position : ends[-1] if ends else position].split())


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
