"""Questions, refusals and a set's counts as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.show import bars, table_lines, wrapped
from cli.stages import left_out
from masksearch.evaluation.answerable import share_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from masksearch.counts import AnswerableCounts
    from masksearch.questions.statistics import QuestionStatistics
    from masksearch.rejection import Rejection
    from masksearch.schemas import QuestionFacts, Task

_ANSWERABLE = (
    "split",
    "search",
    "k",
    "pages in corpus",
    "answer in corpus",
    "pages in top k",
    "answer in top k",
)

_MOST = 12
"""Lines of a count."""


def question_text(task: Task, *, answers: bool) -> str:
    """A question with what is said of it and, if wanted, what gives its answer away."""
    facts = task.question
    if facts is None:
        return "\n".join([task.id, *wrapped(task.prompt.text)])
    told = [facts.split, facts.type, *_labels(facts)]
    lines = [" · ".join([task.id, *filter(None, told)]), *wrapped(task.prompt.text)]
    if answers:
        lines += [f"    answer: {' | '.join(task.answers[0])}", *_gold_lines(facts)]
    return "\n".join(lines)


def _labels(facts: QuestionFacts) -> Iterator[str]:
    if facts.hops is not None:
        yield f"{facts.hops} hop{'s' * (facts.hops != 1)}"
    if facts.false_premise:
        yield "false premise"
    if facts.effective_year:
        yield f"effective {facts.effective_year}"
    if facts.next_review:
        yield f"review {facts.next_review}"


def _gold_lines(facts: QuestionFacts) -> Iterator[str]:
    if facts.aliases:
        yield f"    aliases: {' | '.join(facts.aliases)}"
    if facts.supporting_titles:
        yield f"    pages: {' | '.join(facts.supporting_titles)}"
    for one in facts.evidences:
        yield f"    evidence: {one.subject} – {one.relation} – {one.object}"
    for url in facts.source_urls:
        yield f"    source: {url}"


def rejection_line(one: Rejection) -> str:
    """What was refused, and why."""
    return f"{one.item}: {one.reason}" + (f" ({one.detail})" if one.detail else "")


def statistics_lines(name: str, found: QuestionStatistics) -> list[str]:
    """A set's counts, as bars."""
    noted = found.noted
    lines = [f"{name}: {sum(noted.splits.values()):,} questions{left_out(noted.rejected)}"]
    lines += [f"ids of {split}: {hashed}" for split, hashed in noted.ids.items()]
    for title, counts in found.counts.items():
        lines += ["", title, *bars(_shortened(counts))]
    return lines


def _shortened(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent ones, and all others together."""
    every = list(counts.items())
    if len(every) <= _MOST:
        return every
    shown, others = every[: _MOST - 1], every[_MOST - 1 :]
    return [*shown, (f"{len(others)} others", sum(number for _, number in others))]


def answerable_table(measured: Iterable[AnswerableCounts]) -> list[str]:
    """What can be answered: a line for each retriever, number of hits and split."""
    rows = [
        [one.split, one.retriever, str(one.top_k), *share_cells(one.shares)] for one in measured
    ]
    return table_lines(_ANSWERABLE, rows)
