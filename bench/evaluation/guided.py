"""Evidence-guided traces: how many there are, and whether each keeps the rules.

The rules are written here once more, over what a trace says and was shown.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.evaluation.imports import question_file
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
from masksearch.ports import SearchBackend
from masksearch.questions.files import find_question_files
from masksearch.questions.importing import ImportSettings, import_questions
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.judge import ExactJudge
from masksearch.search.factory import search_passages
from masksearch.sources import task_files, task_inputs
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

    @property
    def verdicts(self) -> int:
        """Accepted ones that say yes or no."""
        return sum(normalise(trace.answer) in _VERDICTS for trace in self.accepted)

    @property
    def faults(self) -> list[str]:
        """What the accepted ones do that they must not."""
        return [
            said for one in self.accepted for said in broken_rules(self.tasks[one.task_id], one)
        ]


def measure(place: Place) -> Iterator[Result]:
    """Each set over its own corpus; then what the other splits give."""
    data, folder = data_folder(place), place.folder("guided")
    made = {}
    for name, wanted in WANTED.items():
        run = _with_questions(place, folder / name, name)
        one = made[name] = guided_traces(run, name, search_passages(corpus(data, name)))
        _say(name, one)
        met = len(one.accepted) >= wanted
        yield Result(_bar(name), f"{len(one.accepted)} of {len(one.tasks)}", met)
    traces = sum(len(one.accepted) for one in made.values())
    verdicts = {name: one.verdicts for name, one in made.items()}
    told = ", ".join(f"{name} {count}" for name, count in verdicts.items())
    yield Result("guided: yes or no", told, verdicts["2wiki"] > 0 and verdicts["hotpotqa"] > 0)
    faults = [fault for one in made.values() for fault in one.faults]
    told = f"{len(faults)} broken in {traces} {faults[:1] or ''}".strip()
    yield Result("guided: rules", told, traces > 0 and not faults)
    yield _other_splits([RunFolder(folder / name) for name in WANTED])


def _with_questions(place: Place, folder: Path, name: str) -> RunFolder:
    run = RunFolder(folder)
    files, _ = find_question_files([str(question_file(place, name))])
    import_questions(run, files, ImportSettings(name=name, split="", lang=""))
    return run


def guided_traces(run: RunFolder, name: str, search: SearchBackend) -> Made:
    """Make the traces of a set's training questions in a run."""
    config = SynthConfig(team=GUIDED, tasks=f"questions:{name}:train", concurrency=CONCURRENCY)
    files = task_files(run, config.tasks)
    tasks = [task for one in files.values() for task in one.tasks()]
    deps = SynthesisDeps(
        team_solver(guided_team(tasks), GuardedSearch(search), with_gold=True), ExactJudge()
    )
    asyncio.run(synthesise(run, tasks, deps, config, top_k=TOP_K, inputs=task_inputs(files)))
    stage = run.own(TRACES).folder
    accepted, rejected = (
        list(read_records(stage / file, Trajectory)) for file in (ACCEPTED, REJECTED)
    )
    return Made({task.id: task for task in tasks}, accepted, rejected)


def broken_rules(task: Task, trace: Trajectory) -> Iterator[str]:
    """What a trace does that it must not."""
    if not trace.teacher.with_gold or trace.teacher.model != GUIDED:
        yield f"{task.id}: not marked as made with gold"
    yield from _given_away(task, trace)
    yield from _misquoted(task, trace)


def _given_away(task: Task, trace: Trajectory) -> Iterator[str]:
    """Queries that hold an answer which stood nowhere before them."""
    known = [normalise(task.prompt.text)]
    for turn in trace.turns:
        unread = [one for one in map(normalise, task.answers[0]) if not _in_any(one, known)]
        for query in map(normalise, turn.queries):
            if any(_in_any(answer, [query]) for answer in unread):
                yield f"{task.id}: the query {query!r} holds the answer"
        known += [normalise(part) for hit in turn.hits for part in (hit.title, hit.text)]


def _misquoted(task: Task, trace: Trajectory) -> Iterator[str]:
    """Quotations that were not shown, and hops without one that says them."""
    facts, quotes = task.question, _quotes(trace)
    shown = [hit.text for turn in trace.turns for hit in turn.hits]
    for quote in quotes:
        if not any(quote in text for text in shown):
            yield f"{task.id}: {quote!r} was not shown"
    said = list(map(normalise, quotes))
    for accepted in _wanted(task):
        if not any(_in_any(normalise(one), said) for one in accepted):
            yield f"{task.id}: no quotation holds {accepted[0]!r}"
    hops = len(set(facts.evidences or facts.supporting_titles)) if facts else 0
    if len(trace.turns) < hops or len(quotes) < hops:
        yield f"{task.id}: {len(trace.turns)} searches, {len(quotes)} quotations, {hops} hops"


def _wanted(task: Task) -> list[Sequence[str]]:
    """What quotations must hold: each hop's object; else the answer, which yes and no are not."""
    if task.question and task.question.evidences:
        return [(one.object,) for one in task.question.evidences]
    return [] if normalise(task.answers[0][0]) in _VERDICTS else [task.answers[0]]


def _quotes(trace: Trajectory) -> list[str]:
    thoughts = (*(turn.thought for turn in trace.turns), trace.final_thought)
    return [quote for thought in thoughts for quote in _QUOTED.findall(thought)]


def _in_any(wanted: str, texts: Sequence[str]) -> bool:
    return bool(wanted) and any(f" {wanted} " in f" {text} " for text in texts)


def _other_splits(runs: Sequence[RunFolder]) -> Result:
    """Every dev question is refused, one by one."""
    tasks = [task for run in runs for task in run.questions(run.name, "dev")]
    taken = sum(map(_is_taken, tasks))
    measured = f"{taken} of {len(tasks):,} taken"
    return Result("guided: other splits", measured, bool(tasks) and not taken)


def _is_taken(task: Task) -> bool:
    try:
        guided_team([task])
    except InputError:
        return False
    return True


def _say(name: str, made: Made) -> None:
    turns = sum(len(trace.turns) for trace in made.accepted) / max(1, len(made.accepted))
    reasons = Counter(trace.reason for trace in made.rejected)
    say(f"{name}: {turns:.2f} searches a trace; rejected: {dict(reasons.most_common())}")


def _bar(name: str) -> str:
    return f"guided: {name}"


GROUP = Group(
    "guided",
    (
        *(
            Bar(_bar(name), f"≥ {wanted} of its training questions")
            for name, wanted in WANTED.items()
        ),
        Bar("guided: yes or no", "of 2wiki and of hotpotqa"),
        Bar("guided: rules", "0 broken"),
        Bar("guided: other splits", "none is taken"),
    ),
    measure,
    minutes=2,
)
