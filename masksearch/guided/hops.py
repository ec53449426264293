"""What has to be found out for a question, by the gold evidence that its benchmark gives.

2WikiMultihopQA and its like give a triple for each fact that is needed; HotpotQA and MuSiQue
name the pages alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from masksearch.errors import NoEvidence
from masksearch.guided.names import bare, folded
from masksearch.schemas import Evidence, QuestionFacts, Task
from masksearch.text import contains_tokens, normalise

_VERDICTS = frozenset({"yes", "no"})


class Hop(NamedTuple):
    """One fact to find: on which page, and what the sentence that says it holds.

    `names` are what the page, or whom it is about, is called, the best for a search first.
    Without an `object` only the page is known, and its sentence has to lead on: to another
    page, or to the answer.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    relation: str = ""
    object: str = ""

    @property
    def page(self) -> str:
        """What its page is called in a sentence."""
        return bare((self.titles or self.names)[0])


class Guide(NamedTuple):
    """A question with the gold that leads to its answer."""

    question: str
    lang: str
    answers: tuple[str, ...]
    hops: tuple[Hop, ...]

    @property
    def is_verdict(self) -> bool:
        """Whether the answer is yes or no, which no page says."""
        return normalise(self.answers[0]) in _VERDICTS

    @property
    def is_choice(self) -> bool:
        """Whether the question itself names the answer."""
        return any(contains_tokens(self.question, answer) for answer in self.answers)


def guide_of(task: Task) -> Guide:
    """The guide of a question; raises NoEvidence where its benchmark gives none."""
    facts = task.question
    if facts is None or not (facts.evidences or facts.supporting_titles):
        raise NoEvidence("the question has no gold evidence")
    hops = _by_facts(facts) if facts.evidences else _by_titles(facts.supporting_titles)
    return Guide(task.prompt.text, task.prompt.lang, task.answers[0], tuple(hops))


def _by_titles(titles: Iterable[str]) -> list[Hop]:
    return [Hop((title, bare(title)), (title,)) for title in dict.fromkeys(titles)]


def _by_facts(facts: QuestionFacts) -> list[Hop]:
    evidences = list(dict.fromkeys(facts.evidences))
    subjects = {folded(bare(one.subject)) for one in evidences}
    unclaimed = [t for t in facts.supporting_titles if folded(bare(t)) not in subjects]
    return [_by_fact(one, facts.supporting_titles, unclaimed) for one in evidences]


def _by_fact(fact: Evidence, titles: Sequence[str], unclaimed: Sequence[str]) -> Hop:
    """The hop of a triple; its page is named as its subject is, or as no subject at all is."""
    subject = folded(bare(fact.subject))
    own = [title for title in titles if folded(bare(title)) == subject] or unclaimed
    names = dict.fromkeys([fact.subject, *own, *map(bare, (fact.subject, *own))])
    longest_first = sorted(names, key=lambda name: -len(folded(name)))
    return Hop(tuple(longest_first), tuple(own), fact.relation, fact.object)
