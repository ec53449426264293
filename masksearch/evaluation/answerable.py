"""Which questions of a set can be answered at all from what a retriever searches, and from its top.

Of every question it is told by the pages that it needs, where its benchmark names them, and by
the words of its answer, unless that is yes or no: whether they stand anywhere in the corpus,
and whether they stand in the first hits for the question itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from masksearch.counts import AnswerableCounts, Share
from masksearch.errors import QueryError, SearchError, SearchStopped, StaleError
from masksearch.making import Making
from masksearch.manifest import IfExists, Stage
from masksearch.ports import SearchBackend
from masksearch.questions.reach import Reached, scan
from masksearch.questions.statistics import questions_of
from masksearch.questions.wanted import Wanted, wanted_of
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Hit, Record, Task, Value
from masksearch.schemas.questions import SPLITS
from masksearch.scoring.evidence import title_key
from masksearch.search.fingerprints import identity
from masksearch.stages import ANSWERABLE, PASSAGES, QUESTIONS, REACHES
from masksearch.store import read_records, write_records
from masksearch.text import normalise

MEASURES = {
    "titles_in_corpus": "its pages are in the corpus",
    "answer_in_corpus": "its answer stands in the corpus",
    "titles_in_top": "its pages are in the top {top_k}",
    "answer_in_top": "its answer stands in the top {top_k}",
}
_AT_ONCE = 32
_OF = "@"


class Reach(Record):
    """Of a question: what of it can be reached; None where that is not known."""

    task_id: str
    split: str
    titles_in_corpus: bool | None = None
    answer_in_corpus: bool | None = None
    titles_in_top: bool | None = None
    answer_in_top: bool | None = None
    failure: str = ""
    """Why the search was not answered."""

    @property
    def is_answerable(self) -> bool | None:
        """By its pages, or else by its answer; of an engine outside by its answer in the top."""
        known = (self.titles_in_corpus, self.answer_in_corpus, self.answer_in_top)
        return next((one for one in known if one is not None), None)


class Asking(NamedTuple):
    """A search as it is asked: what it is, how many hits, and the stages that it stands on.

    Its corpus is the run's passages where `is_own`; what an engine outside could find is not
    known.
    """

    search: SearchBackend
    name: str
    top_k: int
    inputs: Mapping[str, str | Stage]
    is_own: bool


class AnswerableSettings(Value):
    """What the figures depend on beside questions and corpus."""

    retriever: str
    top_k: int
    measuring: int = 1
    """Counts the ways in which this was ever measured."""


def measure_answerable(
    run: RunFolder, name: str, asking: Asking, making: Making
) -> AnswerableCounts:
    """Measure a set with a retriever, unless that is done; what is out of date is made again.

    Raises StoreError before the set is imported, InputError, and SearchStopped.
    """
    questions = run.finished(QUESTIONS, name)
    passages = run.finished(PASSAGES) if asking.is_own else None
    stage = run.own(ANSWERABLE, f"{name}{_OF}{asking.name}{_OF}{asking.top_k}")
    inputs: dict[str, str | Stage] = {"questions": questions, **asking.inputs}
    if passages:
        inputs["passages"] = passages
    retriever = identity(asking.search.fingerprint(top_k=asking.top_k, guard=Guard.NONE))
    settings = AnswerableSettings(retriever=retriever, top_k=asking.top_k)
    if _begin(stage, inputs, settings, making.if_exists):
        return stage.counts
    tasks = list(questions_of(run, name))
    wanted = list(map(wanted_of, tasks))
    reached = scan(passages.folder, wanted, making) if passages else None
    tops = asyncio.run(_tops(asking, tasks, making))
    reaches = [_reach(*one, reached) for one in zip(tasks, wanted, tops, strict=True)]
    write_records(stage.folder / REACHES, reaches)
    return stage.finish(_counts(reaches, asking))


def _begin(
    stage: Stage,
    inputs: Mapping[str, str | Stage],
    settings: AnswerableSettings,
    if_exists: IfExists,
) -> bool:
    try:
        return stage.begin(inputs, settings, if_exists)
    except StaleError:  # it is quickly made again, and nobody's work is lost
        return stage.begin(inputs, settings, IfExists.RESTART)


async def _tops(asking: Asking, tasks: Sequence[Task], making: Making) -> list[list[Hit] | str]:
    """The first hits of every question, or why there are none."""
    found: list[list[Hit] | str] = []
    left = iter(tasks)
    while some := list(islice(left, _AT_ONCE)):
        found += await asyncio.gather(*(_top(asking, task.prompt.text) for task in some))
        making.progress(len(found), len(tasks))
    return found


async def _top(asking: Asking, question: str) -> list[Hit] | str:
    try:
        [hits] = await asking.search.search([question], top_k=asking.top_k)
    except QueryError:  # a question without a word finds nothing
        return []
    except SearchStopped:
        raise
    except SearchError as error:
        return str(error)
    return hits


def _reach(task: Task, wanted: Wanted, top: list[Hit] | str, reached: Reached | None) -> Reach:
    reach = Reach(task_id=task.id, split=task.question.split if task.question else "")
    if reached is not None:
        reach = reach.changed(
            titles_in_corpus=wanted.has_titles(reached.titles),
            answer_in_corpus=wanted.has_answer_among(reached.answers),
        )
    if isinstance(top, str):
        return reach.changed(failure=top)
    return reach.changed(
        titles_in_top=wanted.has_titles(title_key(hit.title) for hit in top),
        answer_in_top=wanted.has_answer([normalise(f"{hit.title} {hit.text}") for hit in top]),
    )


def _counts(reaches: Sequence[Reach], asking: Asking) -> AnswerableCounts:
    by_split = {split: [one for one in reaches if one.split == split] for split in SPLITS}
    return AnswerableCounts(
        questions=len(reaches),
        answerable=sum(one.is_answerable is True for one in reaches),
        failed=sum(bool(one.failure) for one in reaches),
        retriever=asking.name,
        top_k=asking.top_k,
        shares={
            split: {what: _share(some, what) for what in MEASURES}
            for split, some in by_split.items()
            if some
        },
    )


def _share(reaches: Iterable[Reach], what: str) -> Share:
    known = [one for reach in reaches if (one := getattr(reach, what)) is not None]
    return Share(yes=sum(known), of=len(known))


def measured(run: RunFolder, name: str) -> Iterator[Stage[AnswerableCounts]]:
    """What was measured of a set as it is now, with whatever retrievers."""
    questions = run.stage(QUESTIONS, name)
    for member in run.members(ANSWERABLE):
        stage = run.stage(ANSWERABLE, member)
        is_of_set = member.partition(_OF)[0] == name
        if is_of_set and stage.done and stage.manifest.inputs.get("questions") == questions.hash:
            yield stage


def answerable_ids(run: RunFolder, name: str) -> frozenset[str] | None:
    """The questions of a set that can be answered; None where that was not measured.

    Of several retrievers, that of whose corpus most is known is gone by.
    """
    stages = sorted(measured(run, name), key=lambda stage: "passages" in stage.manifest.inputs)
    if not stages:
        return None
    reaches = read_records(stages[-1].folder / REACHES, Reach)
    return frozenset(one.task_id for one in reaches if one.is_answerable)


def share_lines(counts: AnswerableCounts) -> list[str]:
    """What was measured, for a person: a line for each split."""
    return [
        f"{split}, {counts.retriever}: "
        + "; ".join(
            f"{told.format(top_k=counts.top_k)} {shares[what].rate:.1%} of {shares[what].of:,}"
            for what, told in MEASURES.items()
            if what in shares and shares[what].of
        )
        for split, shares in counts.shares.items()
    ]
