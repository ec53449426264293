"""EM and F1 of a question's answer, as the scripts of the benchmarks count them.

HotpotQA's `hotpot_evaluate_v1.py` and 2WikiMultihopQA's `2wikimultihop_evaluate_v1.1.py` take
`yes`, `no` and `noanswer` as right as a whole or not at all, and so does FlashRAG, by which
Bamboogle is scored in the field. MuSiQue's `metrics/answer.py`, which is SQuAD's, does not.
All of them normalise as SQuAD does; Chinese and other scripts take the project's own tokens.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from masksearch.schemas import Task
from masksearch.text import CJK, compared_tokens, normalise

Tokeniser: TypeAlias = Callable[[str], list[str]]

VERDICTS = frozenset({"yes", "no", "noanswer"})
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_CHARACTERS = re.compile(f"[{CJK}]")
_MUSIQUE = "musique"


def squad_tokens(text: str) -> list[str]:
    """Lower case, without ASCII punctuation and articles (Rajpurkar et al. 2016, 1606.05250)."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


@dataclass(frozen=True)
class AnswerRule:
    """How a benchmark compares an answer with an accepted text.

    An answer of nothing but white space is never right, though SQuAD's normaliser leaves as
    little of the answer `The`.
    """

    tokens: Tokeniser
    whole_verdicts: bool = True
    """Whether `yes`, `no` and `noanswer` share no token with a longer answer."""

    def exact(self, given: str, accepted: Sequence[str]) -> bool:
        """Whether the answer is an accepted text when both are normalised."""
        if not given.strip():
            return False
        return any(self.tokens(given) == self.tokens(text) for text in accepted)

    def f1(self, given: str, accepted: Sequence[str]) -> float:
        """The harmonic mean of the tokens' precision and recall, 0 to 1, at its best."""
        if not given.strip():
            return 0.0
        return max(self._f1(self.tokens(given), self.tokens(text)) for text in accepted)

    def _f1(self, given: list[str], wanted: list[str]) -> float:
        verdict = self.whole_verdicts and bool(VERDICTS & {" ".join(given), " ".join(wanted)})
        if verdict and given != wanted:
            return 0.0
        if not given or not wanted:
            return float(given == wanted and not self.whole_verdicts)
        common = (Counter(given) & Counter(wanted)).total()
        return 2 * common / (len(given) + len(wanted))


_HOTPOT = AnswerRule(squad_tokens)
_SQUAD = AnswerRule(squad_tokens, whole_verdicts=False)
_OTHER_SCRIPTS = AnswerRule(compared_tokens)


def answer_rule(task: Task) -> AnswerRule:
    """The rule of a question's benchmark and language."""
    if not _is_english(task):
        return _OTHER_SCRIPTS
    of_musique = task.question and task.question.benchmark.lower().startswith(_MUSIQUE)
    return _SQUAD if of_musique else _HOTPOT


def is_verdict(accepted: Sequence[str]) -> bool:
    """Whether yes or no is accepted, which stands in any text."""
    return not VERDICTS.isdisjoint(map(normalise, accepted))


def stands_in(given: str, accepted: Sequence[str]) -> bool:
    """Whether an accepted text stands in an answer as whole tokens; of yes and no, one alone."""
    said = compared_tokens(given)
    return any(_stands(compared_tokens(text), said) for text in accepted)


def _stands(wanted: list[str], said: list[str]) -> bool:
    if len(wanted) == 1 and wanted[0] in VERDICTS:
        return VERDICTS.intersection(said) == set(wanted)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(said)} "


def _is_english(task: Task) -> bool:
    """By the question: an answer may be a foreign name."""
    english = task.prompt.lang.partition("-")[0] in ("", "en")
    return english and not _CHARACTERS.search(task.prompt.text)
