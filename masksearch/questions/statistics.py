"""What a set of questions is like, in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from masksearch.counts import QuestionCounts
from masksearch.run_folder import RunFolder
from masksearch.schemas import QuestionFacts, Task
from masksearch.schemas.questions import SPLITS
from masksearch.scoring.answers import is_verdict
from masksearch.stages import QUESTIONS

_DATES = ("%m/%d/%Y", "%Y-%m-%d", "%Y")


class QuestionStatistics(NamedTuple):
    """A set's counts as they were noted, and counts by what of its questions now."""

    noted: QuestionCounts
    counts: Mapping[str, Mapping[str, int]]

    def as_json(self) -> dict[str, Any]:
        """The figures for a machine."""
        return {
            **self.noted.model_dump(mode="json"),
            **{k: dict(v) for k, v in self.counts.items()},
        }


def question_statistics(run: RunFolder, name: str, today: date) -> QuestionStatistics:
    """Read a set once; raises StoreError where it is not imported."""
    stage = run.finished(QUESTIONS, name)
    kinds: dict[str, Counter[str]] = {}
    for task in questions_of(run, name):
        for title, value in _told(task, today):
            kinds.setdefault(title, Counter())[value] += 1
    counts = {title: dict(found.most_common()) for title, found in kinds.items()}
    return QuestionStatistics(stage.counts, counts)


def questions_of(run: RunFolder, name: str, split: str = "") -> Iterator[Task]:
    """The questions of a set, of all its splits unless one is named; raises StoreError."""
    there = run.finished(QUESTIONS, name).counts.splits
    for one in SPLITS:
        if one in there and split in ("", one):
            yield from run.questions(name, one)


def is_yes_no(task: Task) -> bool:
    """Whether a question is answered by yes or no."""
    return is_verdict(task.answers[0])


def _told(task: Task, today: date) -> Iterable[tuple[str, str]]:
    """What is counted of a question: by what, and as what."""
    facts = task.question or QuestionFacts(benchmark="", split="")
    yield "by split", facts.split
    yield "by type", facts.type or "not said"
    yield "by language", task.prompt.lang
    if facts.hops is not None:
        yield "by hops", str(facts.hops)
    yield "accepted answers", str(len(task.answers[0]))
    yield from (("of which", kind) for kind in _kinds(task, facts))
    if facts.next_review:
        yield "next review", _review(facts.next_review, today)


def _kinds(task: Task, facts: QuestionFacts) -> Iterator[str]:
    """What may be true of several at once."""
    told = {
        "supporting titles are known": bool(facts.supporting_titles),
        "evidence is known": bool(facts.evidences),
        "answered by yes or no": is_yes_no(task),
        "the answer has aliases": bool(facts.aliases),
        "the answer has parts": facts.structure[:1] in ("{", "["),
        "the premise is false": facts.false_premise is True,
    }
    return (kind for kind, is_true in told.items() if is_true)


def _review(said: str, today: date) -> str:
    """FreshQA's word for it, or whether its date has passed, after which an answer may be wrong."""
    due = next((found for form in _DATES if (found := _date(said, form))), None)
    if due is None:
        return said
    return "date has passed" if due <= today else "date is to come"


def _date(said: str, form: str) -> date | None:
    try:
        return datetime.strptime(said, form).date()
    except ValueError:
        return None
