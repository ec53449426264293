"""Evidence-guided traces: how many there are, and whether each keeps the rules.

The rules are written here once more, over what a trace says and was shown.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.evaluation.training_questions import questions
from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.search.data import corpus, data_folder
from graphs.batch import synthesise
from graphs.config import GUIDED, SynthConfig
from graphs.solver import GuardedSearch
from graphs.synthesis import SynthesisDeps
from graphs.team import team_solver
from masksearch.errors import InputError
from masksearch.guided.team import guided_team
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.judge import ExactJudge
from masksearch.search.factory import search_passages
from masksearch.stages import ACCEPTED, REJECTED, TRACES
from masksearch.store import read_records
from masksearch.text import normalise

WANTED = {"2wiki": 350, "hotpotqa": 100, "musique": 0}
"""Accepted traces of a set's training questions at least."""
TOP_K, CONCURRENCY = 5, 16
_QUOTED = re.compile(r'^(?:Found|Also): "(.*)"$', re.MULTILINE)
_VERDICTS = ("yes", "no")


class Made(NamedTuple):
    """What came of a set's training questions."""

    tasks: dict[str, Task]
    accepted: list[Trajectory]
    rejected: list[Trajectory]


def measure(place: Place) -> Iterator[Result]:
    """Each set over its own corpus; then what the other splits give."""
    data, folder = data_folder(place), place.folder("guided")
    verdicts, faults, traces = 0, list[str](), 0
    for name, wanted in WANTED.items():
        made = guided_traces(data, name, folder / name)
        yield Result(
            _bar(name), f"{len(made.accepted)} of {len(made.tasks)}", len(made.accepted) >= wanted
        )
        traces += len(made.accepted)
        verdicts += sum(normalise(trace.answer) in _VERDICTS for trace in made.accepted)
        faults += [
            said for one in made.accepted for said in broken_rules(made.tasks[one.task_id], one)
        ]
        _say(name, made)
    yield Result("guided: yes or no", f"{verdicts} of {traces}", verdicts > 0)
    yield Result(
        "guided: rules",
        f"{len(faults)} broken in {traces} {faults[:1] or ''}".strip(),
        traces > 0 and not faults,
    )
    yield _other_splits(data)


def guided_traces(data: Path, name: str, folder: Path) -> Made:
    """Make the traces of a set's training questions in a run folder."""
    tasks = questions(data, name, "train")
    retriever = GuardedSearch(search_passages(corpus(data, name)))
    solver = team_solver(guided_team(tasks), retriever, with_gold=True)
    config = SynthConfig(team=GUIDED, tasks=f"questions:{name}:train", concurrency=CONCURRENCY)
    run = RunFolder(folder)
    asyncio.run(
        synthesise(run, tasks, SynthesisDeps(solver, ExactJudge()), config, top_k=TOP_K, inputs={})
    )
    stage = run.own(TRACES).folder
    accepted, rejected = (
        list(read_records(stage / file, Trajectory)) for file in (ACCEPTED, REJECTED)
    )
    return Made({task.id: task for task in tasks}, accepted, rejected)


def broken_rules(task: Task, trace: Trajectory) -> Iterator[str]:
    """What a trace does that it must not."""
    if not trace.teacher.with_gold or trace.teacher.model != GUIDED:
        yield f"{task.id}: not marked as made with gold"
    known = [normalise(task.prompt.text)]
    for turn in trace.turns:
        for answer in map(normalise, task.answers[0]):
            for query in map(normalise, turn.queries):
                if _stands(answer, query) and not any(_stands(answer, text) for text in known):
                    yield f"{task.id}: the query {query!r} holds the answer"
        known += [normalise(part) for hit in turn.hits for part in (hit.title, hit.text)]
    yield from _misquoted(task, trace)


def _misquoted(task: Task, trace: Trajectory) -> Iterator[str]:
    facts = task.question
    quotes = _quotes(trace)
    shown = [hit.text for turn in trace.turns for hit in turn.hits]
    for quote in quotes:
        if not any(quote in text for text in shown):
            yield f"{task.id}: {quote!r} was not shown"
    said = [normalise(quote) for quote in quotes]
    wanted = [one.object for one in facts.evidences] if facts else []
    if not wanted and normalise(task.answers[0][0]) not in _VERDICTS:
        wanted = [task.answers[0][0]] if len(task.answers[0]) == 1 else []
    for one in map(normalise, wanted):
        if not any(_stands(one, quote) for quote in said):
            yield f"{task.id}: no quotation holds {one!r}"
    hops = len(facts.evidences or facts.supporting_titles) if facts else 0
    if len(trace.turns) < hops or len(quotes) < hops:
        yield f"{task.id}: {len(trace.turns)} searches and {len(quotes)} quotations for {hops} hops"


def _quotes(trace: Trajectory) -> list[str]:
    thoughts = (*(turn.thought for turn in trace.turns), trace.final_thought)
    return [quote for thought in thoughts for quote in _QUOTED.findall(thought)]


def _stands(wanted: str, text: str) -> bool:
    return bool(wanted) and f" {wanted} " in f" {text} "


def _other_splits(data: Path) -> Result:
    """Every set's dev and test questions are refused, one by one."""
    tasks = [task for name in WANTED for task in questions(data, name, "dev", "test")]
    made = [task for task in tasks if _is_taken(task)]
    return Result(
        "guided: dev and test", f"{len(made)} of {len(tasks):,} taken", bool(tasks) and not made
    )


def _is_taken(task: Task) -> bool:
    try:
        guided_team([task])
    except InputError:
        return False
    return True


def _say(name: str, made: Made) -> None:
    turns = sum(len(trace.turns) for trace in made.accepted) / max(1, len(made.accepted))
    reasons = [trace.reason for trace in made.rejected]
    counted = {reason: reasons.count(reason) for reason in sorted(set(reasons))}
    say(f"{name}: {turns:.2f} searches a trace; rejected: {counted}")


def _bar(name: str) -> str:
    return f"guided: {name}"


GROUP = Group(
    "guided",
    (
        *(
            Bar(_bar(name), f"≥ {wanted} of its training questions")
            for name, wanted in WANTED.items()
        ),
        Bar("guided: yes or no", "some of them"),
        Bar("guided: rules", "0 broken"),
        Bar("guided: dev and test", "none is taken"),
    ),
    measure,
    minutes=2,
)
