"""Synthesis: a team solves a task by searching, and a judge says whether it is right.

planner → rewriter → search → observer, looping over the last three, then the judge. The
roles see the task's prompt only; the judge alone is given the task with its answers.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import ValidationError
from typing_extensions import TypedDict  # not typing's: see graphs.studio

from graphs.config import Limits
from masksearch.decisions import Observation
from masksearch.episode import merge_hits
from masksearch.errors import ChatError, SearchError
from masksearch.guards import LeakGuard
from masksearch.llm.meter import added, metering
from masksearch.ports import Judge, SearchBackend, Team
from masksearch.protocol import ModelTurn
from masksearch.schemas import (
    Guard,
    Prompt,
    Status,
    Task,
    Teacher,
    Trajectory,
    Turn,
    Usage,
    Verdict,
)

T = TypeVar("T")


@dataclass(frozen=True)
class SynthesisDeps:
    """The live objects that the graph's nodes call. Without a judge nothing is judged."""

    team: Team
    search: SearchBackend
    judge: Judge | None = None
    guard: Guard = Guard.NONE
    seed: int = 0


class SynthesisState(TypedDict, total=False):
    """Where a task stands. `task` is absent where nobody knows the answer."""

    task_id: str
    prompt: Prompt
    passage_id: str
    task: Task
    turns: list[Turn]
    step: Observation
    """What was decided last: the next sub-question or the answer."""
    step_usage: Usage
    step_seconds: float
    failure: str
    """Why the task cannot go on, with the role that failed."""
    trajectory: Trajectory


SynthesisGraph = StateGraph[SynthesisState, Limits, SynthesisState, SynthesisState]


def synthesis_input(task: Task, *, judged: bool = True) -> SynthesisState:
    """The state in which a task enters the graph."""
    state: SynthesisState = {
        "task_id": task.id,
        "prompt": task.prompt,
        "passage_id": task.passage_id,
    }
    return {**state, "task": task} if judged else state


def synthesis_steps(max_turns: int) -> int:
    """LangGraph's recursion limit: planner, three nodes a turn, judge, and its own check."""
    return 3 * max_turns + 3


def build_synthesis(deps: SynthesisDeps) -> SynthesisGraph:
    """The graph of the team, not compiled."""
    nodes = _Nodes(deps)
    graph = StateGraph(SynthesisState, context_schema=Limits)
    graph.add_node("planner", nodes.planner)
    graph.add_node("rewriter", nodes.rewriter)
    graph.add_node("search", nodes.search)
    graph.add_node("observer", nodes.observer)
    graph.add_node("judge", nodes.judge)
    graph.add_edge(START, "planner")
    graph.add_conditional_edges("planner", _after_planner)
    graph.add_conditional_edges("rewriter", _after_rewriter)
    graph.add_edge("search", "observer")
    graph.add_conditional_edges("observer", _after_observer)
    graph.add_edge("judge", END)
    return graph


def _after_planner(state: SynthesisState) -> Literal["rewriter", "judge"]:
    return "judge" if state.get("failure") else "rewriter"


def _after_rewriter(state: SynthesisState) -> Literal["search", "judge"]:
    return "judge" if state.get("failure") else "search"


def _after_observer(
    state: SynthesisState, runtime: Runtime[Limits]
) -> Literal["rewriter", "judge"]:
    over = state.get("failure") or state["step"].answer is not None
    return "judge" if over or _spent(state, runtime) else "rewriter"


def _spent(state: SynthesisState, runtime: Runtime[Limits]) -> bool:
    return len(state["turns"]) >= _limits(runtime).max_turns


def _limits(runtime: Runtime[Limits]) -> Limits:
    return runtime.context or Limits()


class _Asked(NamedTuple, Generic[T]):
    """What a role said, or why it could not, and what that cost."""

    said: T | None
    usage: Usage
    seconds: float
    failure: str = ""


async def _ask(role: str, call: Awaitable[T]) -> _Asked[T]:
    with metering() as meter:
        try:
            said = await call
        except ChatError as error:
            return _Asked(None, meter.usage, meter.seconds, f"{role}: {error}")
        return _Asked(said, meter.usage, meter.seconds)


class _Nodes:
    """The graph's nodes over its live objects."""

    def __init__(self, deps: SynthesisDeps) -> None:
        self._deps = deps
        self._versions = prompt_versions(deps.team)

    async def planner(self, state: SynthesisState) -> SynthesisState:
        asked = await _ask("planner", self._deps.team.planner.plan(state["prompt"]))
        begun: SynthesisState = {
            "turns": [],
            "step_usage": asked.usage,
            "step_seconds": asked.seconds,
        }
        if asked.said is None:
            return {"failure": asked.failure, **begun}
        plan = Observation(thought=asked.said.thought, sub_question=asked.said.sub_question)
        return {"step": plan, **begun}

    async def rewriter(self, state: SynthesisState) -> SynthesisState:
        step, turns = state["step"], state["turns"]
        call = self._deps.team.rewriter.rewrite(state["prompt"], step.sub_question, turns)
        asked = await _ask("rewriter", call)
        usage = added(state["step_usage"], asked.usage)
        if asked.said is None:
            return {"failure": asked.failure, "step_usage": usage}
        try:
            said = ModelTurn(thought=step.thought, queries=asked.said)
        except ValidationError as error:
            return {"failure": f"rewriter: {error.errors()[0]['msg']}", "step_usage": usage}
        turn = Turn(
            thought=said.thought,
            queries=said.queries,
            sub_question=step.sub_question,
            model_seconds=state["step_seconds"] + asked.seconds,
            usage=usage,
            prompt_versions=self._versions,
        )
        return {"turns": [*turns, turn]}

    async def search(self, state: SynthesisState, runtime: Runtime[Limits]) -> SynthesisState:
        *earlier, turn = state["turns"]
        top_k, started = _limits(runtime).top_k, time.perf_counter()
        guard = LeakGuard.of(state["passage_id"], self._deps.guard, state["prompt"])
        found: dict[str, Any]
        try:
            ranked = await self._deps.search.search(turn.queries, top_k=top_k, guard=guard)
            found = {"hits": tuple(merge_hits(ranked, top_k))}
        except SearchError as error:
            found = {"error": str(error)}
        found["search_seconds"] = time.perf_counter() - started
        return {"turns": [*earlier, turn.model_copy(update=found)]}

    async def observer(self, state: SynthesisState, runtime: Runtime[Limits]) -> SynthesisState:
        call = self._deps.team.observer.observe(
            state["prompt"], state["turns"], must_answer=_spent(state, runtime)
        )
        asked = await _ask("observer", call)
        cost: SynthesisState = {"step_usage": asked.usage, "step_seconds": asked.seconds}
        if asked.said is None:
            return {"failure": asked.failure, **cost}
        return {"step": asked.said, **cost}

    async def judge(self, state: SynthesisState, runtime: Runtime[Limits]) -> SynthesisState:
        top_k = _limits(runtime).top_k
        ended = _ended(state).model_copy(
            update={
                "teacher": Teacher(model=self._deps.team.name),
                "retriever": self._deps.search.fingerprint(top_k=top_k, guard=self._deps.guard),
                "seed": self._deps.seed,
            }
        )
        task, judge = state.get("task"), self._deps.judge
        if task is None or judge is None or ended.status is not Status.ANSWERED:
            return {"trajectory": ended}
        asked = await _ask("judge", judge.judge(task, ended.answer))
        return {"trajectory": ended.model_copy(update=_judged(asked))}


def prompt_versions(team: Team) -> dict[str, str]:
    """`role → version@sha` of the roles that speak from a prompt file."""
    roles = {"planner": team.planner, "rewriter": team.rewriter, "observer": team.observer}
    versions = {name: getattr(role, "prompt_version", "") for name, role in roles.items()}
    return {name: version for name, version in versions.items() if version}


def _ended(state: SynthesisState) -> Trajectory:
    """The trajectory before the judge: answered, out of turns, or failed with a reason."""
    turns, usage = tuple(state["turns"]), state.get("step_usage", Usage())
    bare = Trajectory(task_id=state["task_id"], status=Status.FAILED, turns=turns)
    if failure := state.get("failure"):
        return bare.model_copy(update={"reason": failure, "final_usage": usage})
    step = state["step"]
    ending: dict[str, Any] = {"final_thought": step.thought.strip(), "final_usage": usage}
    if step.answer is None:
        reason = f"no answer after {len(turns)} searches"
        return bare.model_copy(update={**ending, "status": Status.OUT_OF_TURNS, "reason": reason})
    answer = {"status": Status.ANSWERED, "answer": step.answer.strip()}
    return bare.model_copy(update={**ending, **answer})


def _judged(asked: _Asked[Verdict]) -> dict[str, Any]:
    if asked.said is None:
        return {"status": Status.FAILED, "reason": asked.failure}
    reason = "" if asked.said.accepted else asked.said.reason
    return {"verdict": asked.said, "reason": reason}


class TeamAgent:
    """A team as a `ports.Agent`: the same graph, not judged, for evaluation rows."""

    def __init__(
        self,
        name: str,
        team: Team,
        search: SearchBackend,
        *,
        top_k: int,
        guard: Guard = Guard.NONE,
        max_turns: int = 6,
        seed: int = 0,
    ) -> None:
        self.name = name
        self._limits = Limits(max_turns=max_turns, top_k=top_k)
        deps = SynthesisDeps(team, search, judge=None, guard=guard, seed=seed)
        self._graph = build_synthesis(deps).compile()

    async def run(self, task: Task) -> Trajectory:
        """One episode of the team; a role that fails is its status and reason.

        Raises ModelError where a role's model cannot be used at all.
        """
        final = await self._graph.ainvoke(
            synthesis_input(task, judged=False),
            {"recursion_limit": synthesis_steps(self._limits.max_turns)},
            context=self._limits,
        )
        ended: Trajectory = final["trajectory"]
        return ended
