"""Stage II for real: SFT on guided traces, what it is worth on other questions, DAPO after it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from bench.evaluation.killed_dapo import killed_and_resumed
from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, run
from bench.search.data import data_folder
from cli.models import Models
from cli.recipe import recorded_recipe
from graphs.agent import GraphAgent
from masksearch.agent_prompt import system_prompt
from masksearch.evaluation.episodes import evaluated, read_episodes
from masksearch.evaluation.statistics import Estimate, estimate, paired_difference
from masksearch.guards import LeakGuard
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint, Guard, Hit, Status, Task, Trajectory
from masksearch.scoring.blanks import token_recall
from masksearch.scoring.episodes import fills_and_answers, format_right
from masksearch.stages import EXPORT, MODEL, SFT
from masksearch.text import normalise
from masksearch.workers import for_each
from prompts import PromptLibrary

RECIPE, SETS, ASKED = "stage-two", ("2wiki", "hotpotqa", "musique"), "2wiki"
ROWS = ("sft", "agent", "rag")
QUESTIONS, SFT_MINUTES, FORMAT, EVIDENCE_LOSS = 200, 60, 0.85, -0.05
_EVAL_SECONDS = 4 * 3600.0

Score = Callable[[Task, Trajectory], float]
Episodes = dict[str, Trajectory]
"""The episodes of a row by the ids of their tasks."""


class Solved(NamedTuple):
    """The questions that were asked, and how each row solved them."""

    tasks: list[Task]
    rows: dict[str, Episodes]

    def scores(self, row: str, score: Score) -> list[float]:
        """A figure of every question, in order; raises Unmeasured where an episode is missing."""
        episodes = self.rows[row]
        if missing := [task.id for task in self.tasks if task.id not in episodes]:
            raise Unmeasured(f"{row} lacks {len(missing)} of {len(self.tasks)} episodes")
        return [score(task, episodes[task.id]) for task in self.tasks]


def measure(place: Place) -> Iterator[Result]:
    """Make the traces, train, ask, and train on rewards."""
    folder = place.folder("stage-two")
    _prepared(place, folder)
    began = time.monotonic()
    _do(place, folder, "train", "sft", "--run", "run")
    minutes = (time.monotonic() - began) / 60
    learnt = RunFolder(folder / "run").own(SFT).counts
    said = f"{minutes:.0f} min, {learnt.traces} traces, {learnt.tokens:,} tokens"
    yield Result("stage two: SFT", said, minutes <= SFT_MINUTES and not learnt.ended)
    solved = _solved(place, folder)
    for row in solved.rows:
        say(_told(solved, row))
    yield _format(solved)
    yield _evidence(solved)
    yield from _recall(solved)
    yield from killed_and_resumed(place, folder)


def _prepared(place: Place, folder: Path) -> None:
    """One corpus of all sets' pages, the questions, and the guided traces as conversations."""
    data = data_folder(place)
    corpora = [data / "corpora" / f"{name}.jsonl.gz" for name in SETS]
    given = ("--recipe", RECIPE, "--set", "corpus.min_chars=1", "--run", "run")
    _do(place, folder, "corpus", "build", *map(str, corpora), *given)
    _do(place, folder, "index", "build", "--run", "run")
    for name in SETS:
        file = data / "questions" / f"{name}.jsonl.gz"
        _do(place, folder, "questions", "import", name, str(file), "--run", "run")
    _do(place, folder, "synth", "run", "--run", "run")
    _do(place, folder, "export", "--run", "run")
    exported = RunFolder(folder / "run").own(EXPORT).counts
    say(f"stage two: {exported.records} conversations: {exported.sources}")


def _do(place: Place, folder: Path, *command: str) -> None:
    done = run(
        BIN / "masksearch",
        *command,
        cwd=folder,
        env=place.env,
        timeout=_EVAL_SECONDS,
        shows_progress=True,
    )
    expect(done, " ".join(command[:2]))


def _solved(place: Place, folder: Path) -> Solved:
    """Every row on the same dev questions, the trained one also with nothing to find."""
    rows = ("--bench", ASKED, "--rows", ",".join(ROWS), "--limit", str(QUESTIONS))
    _do(place, folder, "eval", "run", *rows, "--run", "run")
    opened = RunFolder(folder / "run")
    tasks = list(opened.questions(ASKED, "dev"))[:QUESTIONS]
    found = {
        one.row: {e.task_id: e.trajectory for e in read_episodes(one.path)}
        for one in evaluated(opened, ASKED)
    }
    commonest = _commonest(opened)
    guessed = {task.id: _guess(task, commonest) for task in tasks}
    return Solved(
        tasks,
        {
            **found,
            "empty index": _with_empty_index(place, opened, tasks),
            f"always {commonest!r}": guessed,
        },
    )


def _commonest(opened: RunFolder) -> str:
    answers = [task.answers[0][0] for name in SETS for task in opened.questions(name, "train")]
    return Counter(map(normalise, answers)).most_common(1)[0][0]


def _guess(task: Task, answer: str) -> Trajectory:
    return Trajectory(task_id=task.id, status=Status.ANSWERED, answer=answer)


class EmptySearch:
    """Finds nothing."""

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """No hits for each query."""
        return [[] for _ in queries]

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """An index of nothing."""
        return Fingerprint(engine="empty", corpus_hash="", top_k=top_k, guard=guard, truncation=0)


def _with_empty_index(place: Place, opened: RunFolder, tasks: Sequence[Task]) -> Episodes:
    """The trained model's episodes where no search brings anything back."""
    recipe = recorded_recipe(opened)
    if recipe is None:
        raise Unmeasured(f"{opened.path} has no recipe")
    settings, library = recipe.eval, PromptLibrary(None)
    models = Models(recipe.model, opened, place.home, settings.concurrency)
    agent = GraphAgent(
        "empty index",
        models.chat(str(opened.own(SFT).folder / MODEL)),
        EmptySearch(),
        system=lambda prompt: system_prompt(library, prompt),
        top_k=recipe.search.top_k,
        max_turns=settings.max_turns,
        max_tokens=settings.max_tokens,
        seed=settings.seed,
    )
    made: Episodes = {}

    async def work(task: Task) -> None:
        made[task.id] = await agent.run(task)

    asyncio.run(for_each(tasks, work, at_once=settings.concurrency))
    return made


def recall(task: Task, trajectory: Trajectory) -> float:
    """Token recall of the answer."""
    return fmean(token_recall(*pair) for pair in fills_and_answers(task, trajectory))


def formed(task: Task, trajectory: Trajectory) -> float:
    """Whether it ended in an answer as it is wanted."""
    return float(format_right(task.prompt, trajectory))


def evidence(task: Task, trajectory: Trajectory) -> float:
    """The share of the gold pages that its own searches found."""
    titles = (
        {normalise(title) for title in task.question.supporting_titles} if task.question else set()
    )
    found = {normalise(hit.title) for hit in trajectory.hits}
    return len(titles & found) / len(titles) if titles else 0.0


def _format(solved: Solved) -> Result:
    found = estimate(solved.scores("sft", formed))
    return Result("stage two: format", _shown(found), found.mean >= FORMAT)


def _evidence(solved: Solved) -> Result:
    pair = [solved.scores(row, evidence) for row in ("sft", "rag")]
    found = paired_difference(*pair)
    measured = f"{fmean(pair[0]):.3f}, rag {fmean(pair[1]):.3f}: {_shown(found)}"
    return Result("stage two: evidence", measured, found.low > EVIDENCE_LOSS)


def _recall(solved: Solved) -> Iterator[Result]:
    own = solved.scores("sft", recall)
    others = [row for row in solved.rows if row not in ("sft", "rag")]
    for name, row in zip(("agent", "empty index", "commonest answer"), others, strict=True):
        found = paired_difference(own, solved.scores(row, recall))
        yield Result(f"stage two: recall above {name}", _shown(found), found.low > 0)


def _shown(found: Estimate) -> str:
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}], n {found.n}"


def _told(solved: Solved, row: str) -> str:
    figures = {"format": formed, "evidence": evidence, "recall": recall}
    means = [f"{name} {fmean(solved.scores(row, score)):.3f}" for name, score in figures.items()]
    return f"stage two: {row}: {', '.join(means)}"


GROUP = Group(
    "stage two",
    (
        Bar("stage two: SFT", f"≤ {SFT_MINUTES} min on two cores, to its end"),
        Bar("stage two: format", f"≥ {FORMAT} of {QUESTIONS} dev questions"),
        Bar("stage two: evidence", f"less rag's, lower bound > {EVIDENCE_LOSS}"),
        Bar("stage two: recall above agent", "lower bound > 0"),
        Bar("stage two: recall above empty index", "lower bound > 0"),
        Bar("stage two: recall above commonest answer", "lower bound > 0"),
        Bar("stage two: DAPO", "5 steps on questions"),
        Bar("stage two: DAPO killed", "resumed to the same bytes"),
    ),
    measure,
    minutes=150,
)
