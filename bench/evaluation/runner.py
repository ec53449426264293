"""What the runner itself costs: a model and a search that only wait, through the agent's graph."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from graphs.agent import GraphAgent
from masksearch.evaluation.runner import arrange, evaluate, tries
from masksearch.guards import LeakGuard
from masksearch.messages import Decoding, Message, Reply
from masksearch.protocol import ModelTurn, render_turn
from masksearch.schemas import Fingerprint, Guard, Hit, Prompt, Task, TaskKind, Usage

QUESTIONS, AT_ONCE, SEARCHES, TOP_K = 1_000, 64, 2, 5
MODEL_SECONDS, SEARCH_SECONDS = 0.1, 0.02
EPISODE_SECONDS = (SEARCHES + 1) * MODEL_SECONDS + SEARCHES * SEARCH_SECONDS
WALL, CPU_MILLISECONDS = 1.05, 4.0
_HIT_CHARS = 500


class Waits:
    """Says its turns after a while."""

    name = "waits"

    async def complete(self, messages: Sequence[Message], decoding: Decoding) -> Reply:
        await asyncio.sleep(MODEL_SECONDS)
        turn = sum(message.role == "assistant" for message in messages)
        said = (
            ModelTurn(thought="Next I look for it.", queries=(f"query {turn}",))
            if turn < SEARCHES
            else ModelTurn(thought="It says so.", answer="gold")
        )
        return Reply(text=render_turn(said), usage=Usage(prompt_tokens=900, completion_tokens=30))


class Finds:
    """Five hits of the usual length after a while."""

    def __init__(self) -> None:
        self._hits = [
            Hit(id=f"w:{n}:1#0", title=f"Title {n}", text="word " * (_HIT_CHARS // 5), score=1.0)
            for n in range(TOP_K)
        ]

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        await asyncio.sleep(SEARCH_SECONDS)
        return [self._hits[:top_k] for _ in queries]

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        return Fingerprint(
            engine="finds", corpus_hash="x", top_k=top_k, guard=guard, truncation=_HIT_CHARS
        )


def questions(number: int) -> list[Task]:
    """So many questions."""
    return [
        Task(
            id=f"quiz-{n}",
            prompt=Prompt(kind=TaskKind.QUESTION, text=f"What is the answer to question {n}?"),
            answers=(("gold",),),
        )
        for n in range(number)
    ]


def measure(place: Place) -> Iterator[Result]:
    """All questions, from the first to the file in order."""
    agent = GraphAgent("agent", Waits(), Finds(), system="Answer.", top_k=TOP_K)
    path = place.folder("runner") / "episodes.jsonl"
    _evaluated(agent, questions(AT_ONCE), path.with_name("warm.jsonl"))
    began, used = time.perf_counter(), time.process_time()
    _evaluated(agent, questions(QUESTIONS), path)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    ideal = QUESTIONS * EPISODE_SECONDS / AT_ONCE
    each = 1_000 * cpu / QUESTIONS
    yield Result(
        "runner: wall time",
        f"{wall:.2f} s, {wall / ideal:.3f} of {ideal:.2f} s",
        wall <= WALL * ideal,
    )
    yield Result("runner: processor", f"{each:.2f} ms an episode", each <= CPU_MILLISECONDS)


def _evaluated(agent: GraphAgent, tasks: Sequence[Task], path: Path) -> None:
    job = evaluate(agent, tasks, path, benchmark="quiz", guard=Guard.NONE, concurrency=AT_ONCE)
    asyncio.run(job)
    arrange(path, tasks, list(tries(tasks, "quiz", Guard.NONE)))


GROUP = Group(
    "runner",
    (
        Bar("runner: wall time", f"≤ {WALL} × {QUESTIONS:,} × {EPISODE_SECONDS:.2f} s / {AT_ONCE}"),
        Bar("runner: processor", f"≤ {CPU_MILLISECONDS:g} ms an episode"),
    ),
    measure,
)
