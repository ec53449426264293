"""Synthesis: any solver solves a task by searching, and a judge says whether it is right.

The solver is the inner graph and sees the task's prompt only; the judge alone is given the
task with its answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict  # not typing's: see graphs.studio

from graphs.config import Limits
from graphs.solver import Solver, SolverState
from masksearch.episode import Episode
from masksearch.errors import ChatError
from masksearch.ports import Judge
from masksearch.schemas import Status, Task, Trajectory
from masksearch.scoring.judge import as_lesson


@dataclass(frozen=True)
class SynthesisDeps:
    """The live objects that the graph's nodes call. Without a judge nothing is judged."""

    solver: Solver
    judge: Judge | None = None


class SynthesisState(SolverState):
    """A solver's state between the task that is tried and the record of it."""

    task: Task
    attempt: int
    trajectory: Trajectory


class SynthesisInput(SolverState):
    """The state in which an attempt at a task enters the graph."""

    task: Task
    attempt: int


class JudgedUpdate(TypedDict):
    """What the judge writes."""

    trajectory: Trajectory


SynthesisGraph = StateGraph[SynthesisState, Limits, SynthesisInput, SynthesisState]


def synthesis_input(
    task: Task, *, max_turns: int, seed: int = 0, attempt: int = 0
) -> SynthesisInput:
    """An attempt at a task, drawn from `seed`."""
    return {
        "episode": Episode(task.prompt, max_turns, seed),
        "passage_id": task.passage_id,
        "task": task,
        "attempt": attempt,
    }


def build_synthesis(deps: SynthesisDeps) -> SynthesisGraph:
    """The graph `solver → judge`, not compiled."""
    solver = deps.solver

    async def judge(state: SynthesisState, runtime: Runtime[Limits]) -> JudgedUpdate:
        top_k = (runtime.context or Limits()).top_k
        ended = state["episode"].trajectory(
            state["task"],
            teacher=solver.teacher,
            retriever=solver.retriever.fingerprint(top_k),
            attempt=state["attempt"],
        )
        return {"trajectory": await _judged(deps.judge, state["task"], ended)}

    graph = StateGraph(SynthesisState, context_schema=Limits, input_schema=SynthesisInput)
    graph.add_node("solver", solver.graph.compile())
    graph.add_node("judge", judge)
    graph.add_edge(START, "solver")
    graph.add_edge("solver", "judge")
    graph.add_edge("judge", END)
    return graph


async def _judged(judge: Judge | None, task: Task, ended: Trajectory) -> Trajectory:
    if judge is None or ended.status is not Status.ANSWERED:
        return ended
    try:
        verdict = await judge.judge(task, ended.answer)
    except ChatError as error:
        return ended.unjudged(f"judge: {error}")
    return ended.judged(as_lesson(task, ended.answer, verdict))
