"""How text becomes terms when indexing and when asking; chosen by script, never by corpus.

- Words are what stands between spaces and punctuation, in lower case, by their English stem;
  those of titles, which are names, also as they are, so that an exact form counts for more
  than another form of the word. Words of other languages mostly match as they are.
- Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese)
  and Korean, whose particles cling to words, are cut into overlapping pairs of letters. A
  letter alone is a term of its own.
- What a reader takes for the same is the same term: digits of any script, words with or
  without vowel points and soft hyphens, characters composed or not.
- A question's common English words are left out unless it has no others.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import normalize

import regex
import tantivy

from masksearch.characters import plain
from masksearch.search.snippets import COMMON_WORDS
from masksearch.text import CJK, SOUTHEAST_ASIAN

VERSION = 3
"""Of all that decides which terms a text has; another one needs a new index."""
AS_IT_STANDS = 2
"""The version that took characters as they stand; its indexes are asked in that way."""
STEMS, WORDS = "en_stem", "default"
"""What tantivy calls the analysers that `fields` indexes with."""
_LONGEST_TERM = 40
_QUESTION_WORDS = frozenset(
    "what which who whom whose when where why how did does do than both whether s".split()  # noqa: SIM905
)
_LEFT_OUT = COMMON_WORDS | _QUESTION_WORDS
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    rf"[{CJK}{SOUTHEAST_ASIAN}\u1100-\u11ff\uac00-\ud7af"
    "\U00020000-\U0003ffff]+"
)

_BREAKING = regex.compile(rf"[\p{{M}}--\p{{ccc=0}}--[{SOUTHEAST_ASIAN}\u3099\u309a]]", regex.V1)
"""Marks at which tantivy would break a word, such as a virama."""


class Terms(NamedTuple):
    """What a query asks for, in its order, each once."""

    words: tuple[str, ...]
    pairs: tuple[str, ...]


class QueryAnalyser:
    """Turns queries into terms; nothing in a query is an operator."""

    def __init__(self, version: int = VERSION) -> None:
        self._version = version
        self._words, self._all_words = _words(_LEFT_OUT), _words(frozenset())
        whole = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
        self._stemmer = whole.filter(tantivy.Filter.stemmer("english")).build()

    def terms(self, query: str) -> Terms:
        """The terms of a query; none at all where it has no word."""
        query = query if self._version == AS_IT_STANDS else searchable(query)
        runs = _UNSPACED.findall(query) if has_unspaced(query) else []
        spaced = _UNSPACED.sub(" ", query) if runs else query
        words = self._words.analyze(spaced)
        if not (words or runs):
            words = self._all_words.analyze(spaced)
        pairs = [pair for run in runs for pair in _asked(normalize("NFKC", run))]
        return Terms(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(pairs)))

    def stem(self, word: str) -> str:
        """The stem of one of those words."""
        stems: list[str] = self._stemmer.analyze(word)
        return stems[0]


def searchable(text: str) -> str:
    """A text as it is indexed and asked for, before it is cut into terms."""
    return text if text.isascii() else _BREAKING.sub("", plain(text))


def has_unspaced(text: str) -> bool:
    """Whether a text holds a script that is cut into pairs."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def pairs_of(text: str) -> str:
    """The pairs and the single letters of a text's unspaced runs, with spaces between them."""
    runs = _UNSPACED.findall(text)
    return " ".join(term for run in runs for term in _indexed(normalize("NFKC", run)))


def clinging(text: str) -> list[str]:
    """Words that stand right beside an unspaced run, which tantivy takes for one word with it."""
    return sorted({*_WORD.findall(_UNSPACED.sub(" ", text))}.difference(_WORD.findall(text)))


def _indexed(run: str) -> list[str]:
    return [*run, *(run[at : at + 2] for at in range(len(run) - 1))]


def _asked(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _words(left_out: frozenset[str]) -> tantivy.TextAnalyzer:
    """What tantivy does under the names above when indexing, but for the words left out.

    Stems are these words' own: that is how tantivy makes them, too.
    """
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.custom_stopword(sorted(left_out)))
        .build()
    )
