"""How text becomes terms when indexing and when asking; chosen by script, never by corpus.

- Words are what stands between spaces and punctuation, in lower case, by their English stem;
  those of titles, which are names, also as they are, so that an exact form counts for more
  than another form of the word. Words of other languages mostly match as they are.
- Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese)
  and Korean, whose particles cling to words, are cut into overlapping pairs of letters. A
  letter alone is a term of its own.
- A question's common English words are left out unless it has no others.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import normalize

import tantivy

from masksearch.search.snippets import COMMON_WORDS
from masksearch.text import CJK

VERSION = 2
"""Of all that decides which terms a text has; another one needs a new index."""
STEMS, WORDS = "en_stem", "default"
"""What tantivy calls the analysers that `fields` indexes with."""
_LONGEST_TERM = 40
_QUESTION_WORDS = frozenset(
    "what which who whom whose when where why how did does do than both whether s".split()  # noqa: SIM905
)
_LEFT_OUT = COMMON_WORDS | _QUESTION_WORDS
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    rf"[{CJK}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\uac00-\ud7af"
    "\U00020000-\U0003ffff]+"
)


class Terms(NamedTuple):
    """What a query asks for, in its order, each term once."""

    stems: tuple[str, ...]
    words: tuple[str, ...]
    pairs: tuple[str, ...]


class QueryAnalyser:
    """Turns queries into terms; nothing in a query is an operator."""

    def __init__(self) -> None:
        self._stems, self._words = (_analyser(stemmed=stemmed) for stemmed in (True, False))
        self._all_stems = _analyser(stemmed=True, left_out=False)
        self._all_words = _analyser(stemmed=False, left_out=False)

    def terms(self, query: str) -> Terms:
        """The terms of a query; none at all where it has no word."""
        runs = _UNSPACED.findall(query) if has_unspaced(query) else []
        spaced = _UNSPACED.sub(" ", query) if runs else query
        stems, words = self._stems.analyze(spaced), self._words.analyze(spaced)
        if not (stems or runs):
            stems, words = self._all_stems.analyze(spaced), self._all_words.analyze(spaced)
        pairs = [pair for run in runs for pair in _asked(normalize("NFKC", run))]
        return Terms(*(tuple(dict.fromkeys(terms)) for terms in (stems, words, pairs)))


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


def _analyser(*, stemmed: bool, left_out: bool = True) -> tantivy.TextAnalyzer:
    """What tantivy does under the names above when indexing, without the words left out."""
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
    )
    if left_out:
        builder = builder.filter(tantivy.Filter.custom_stopword(sorted(_LEFT_OUT)))
    return (builder.filter(tantivy.Filter.stemmer("english")) if stemmed else builder).build()
