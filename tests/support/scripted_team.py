"""A team, a retriever and a judge that do as they are told, and count their calls."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from graphs.solver import GuardedSearch, Solver
from graphs.team import team_solver
from masksearch.decisions import Observation, Plan
from masksearch.errors import ChatError, SearchError
from masksearch.guards import LeakGuard
from masksearch.ports import Team
from masksearch.schemas import (
    Fingerprint,
    Guard,
    Hit,
    Interval,
    Lineage,
    Prompt,
    Task,
    TaskKind,
    Verdict,
)


def a_task(number: int = 1) -> Task:
    return Task(
        id=f"task-{number}",
        prompt=Prompt(kind=TaskKind.RAMP, text=f"Item {number} is [mask].", num_masks=1),
        answers=((f"gold {number}",),),
        masks=(Interval(len(f"Item {number} is "), len(f"Item {number} is gold {number}")),),
        lineage=Lineage(passage_id=f"page-{number}#0", revision="1", corpus_hash="c"),
    )


def number_of(prompt: Prompt) -> int:
    return int(prompt.text.split()[1])


@dataclass
class Script:
    """What happens, by task number; `calls` counts `(node, task number)`."""

    answer_after: int = 1
    fail_plan: set[int] = field(default_factory=set)
    fail_search: set[int] = field(default_factory=set)
    fail_judge: set[int] = field(default_factory=set)
    wrong: set[int] = field(default_factory=set)
    hang_at: tuple[str, int] | None = None
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    hits: list[Hit] = field(default_factory=list)
    calls: Counter = field(default_factory=Counter)
    guards: list[LeakGuard] = field(default_factory=list)
    must_answers: list[bool] = field(default_factory=list)

    async def called(self, node: str, number: int) -> None:
        self.calls[node, number] += 1
        if self.hang_at == (node, number):
            self.hanging.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)


@dataclass
class Roles:
    script: Script
    prompt_version: str = "v1@abc"

    async def plan(self, prompt):
        await self.script.called("planner", number_of(prompt))
        if number_of(prompt) in self.script.fail_plan:
            raise ChatError("the endpoint gave up")
        return Plan(thought=" What is the item?\n", sub_question="item")

    async def rewrite(self, prompt, sub_question, turns):
        await self.script.called("rewriter", number_of(prompt))
        return (f"{sub_question} {len(turns)}", f"Item\n{number_of(prompt)}")

    async def observe(self, prompt, turns, *, must_answer):
        await self.script.called("observer", number_of(prompt))
        self.script.must_answers.append(must_answer)
        if len(turns) < self.script.answer_after:
            return Observation(thought="Not there yet.", sub_question="more")
        said = "guess" if number_of(prompt) in self.script.wrong else "gold"
        return Observation(thought="Found. ", answer=f"{said} {number_of(prompt)}\n")


@dataclass
class Retriever:
    script: Script

    async def search(self, queries, *, top_k, guard=LeakGuard()):
        number = int(guard.passage_id.removeprefix("page-").removesuffix("#0") or 0)
        await self.script.called("search", number)
        self.script.guards.append(guard)
        if number in self.script.fail_search:
            raise SearchError("the index is gone")
        return [self.script.hits[:top_k] for _ in queries]

    def fingerprint(self, *, top_k, guard: Guard):
        return Fingerprint(
            engine="scripted", corpus_hash="c", top_k=top_k, guard=guard, truncation=500
        )


@dataclass
class GoldJudge:
    script: Script

    async def judge(self, task, answer):
        await self.script.called("judge", number_of(task.prompt))
        if number_of(task.prompt) in self.script.fail_judge:
            raise ChatError("no verdict in the reply")
        right = answer == task.answers[0][0]
        return Verdict(
            accepted=right,
            score=float(right),
            method="exact",
            judge="gold",
            reason="" if right else "blank 1 differs",
        )


def a_team(script: Script) -> Team:
    roles = Roles(script)
    return Team("scripted", roles, roles, roles)


def some_hits(count: int = 3) -> list[Hit]:
    return [Hit(id=f"p#{n}", title=f"T{n}", text=f"text {n}", score=1.0) for n in range(count)]


def a_solver(script: Script, team: Team | None = None, guard: Guard = Guard.PAGE) -> Solver:
    return team_solver(team or a_team(script), GuardedSearch(Retriever(script), guard))
