"""What solves a task: an inner graph over one episode, which a team's and an agent's both are.

The outer graph of `graphs.synthesis` judges what a solver made; `SolverAgent` runs one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict  # not typing's: see graphs.studio

from graphs.config import Limits
from masksearch.episode import Episode
from masksearch.guards import LeakGuard
from masksearch.manifest import Stage
from masksearch.ports import SearchBackend
from masksearch.retrieval import retrieve
from masksearch.schemas import Fingerprint, Guard, Prompt, Task, Teacher, Trajectory
from masksearch.text import digest

_OVERHEAD_STEPS = 3
"""LangGraph's steps beside the turns: the first decision, the judge, and its own check."""


class SolverState(TypedDict):
    """An episode, and the passage that its guard withholds (empty for a question)."""

    episode: Episode
    passage_id: str


class EpisodeUpdate(TypedDict):
    """What every node of a solver writes."""

    episode: Episode


SolverGraph = StateGraph[SolverState, Limits, SolverState, SolverState]


class SearchNode(Protocol):
    """The node that searches, for LangGraph to call."""

    async def __call__(self, state: SolverState, runtime: Runtime[Limits]) -> EpisodeUpdate:
        """The episode after what its last turn's queries brought back."""
        ...


@dataclass(frozen=True)
class GuardedSearch:
    """A search and what it must withhold of each task."""

    search: SearchBackend
    guard: Guard = Guard.NONE

    def fingerprint(self, top_k: int) -> Fingerprint:
        """What it is, for the record."""
        return self.search.fingerprint(top_k=top_k, guard=self.guard)


@dataclass(frozen=True)
class Solver:
    """An inner graph, not compiled, with who it is and what it searches.

    `kind` and `made_with` name it in the manifest of a stage.
    """

    kind: str
    teacher: Teacher
    graph: SolverGraph
    retriever: GuardedSearch
    nodes_per_turn: int
    made_with: Mapping[str, str | Stage] = field(default_factory=dict)

    def steps(self, max_turns: int) -> int:
        """LangGraph's recursion limit for an episode, also within an outer graph."""
        return self.nodes_per_turn * max_turns + _OVERHEAD_STEPS


def search_node(retriever: GuardedSearch) -> SearchNode:
    """The node that answers the queries of an episode's last turn."""

    async def search(state: SolverState, runtime: Runtime[Limits]) -> EpisodeUpdate:
        episode, limits = state["episode"], runtime.context or Limits()
        guard = LeakGuard.of(state["passage_id"], retriever.guard, episode.prompt)
        found = await retrieve(retriever.search, episode.queries, top_k=limits.top_k, guard=guard)
        return {"episode": episode.observe(found)}

    return search


class SolverAgent:
    """A solver as a `ports.Agent`, not judged: for evaluation rows, `ask` and teaching."""

    def __init__(self, name: str, solver: Solver, limits: Limits, seed: int = 0) -> None:
        self.name = name
        self._solver = solver
        self._limits = limits
        self._seed = seed
        self._graph = solver.graph.compile()

    async def run(self, task: Task, seed: int | None = None) -> Trajectory:
        """One episode; a failed call is its status and reason.

        `seed` is another one to draw from. Raises ModelError where a model cannot be used at all.
        """
        state = self._state(task.prompt, task.passage_id, seed)
        final = await self._graph.ainvoke(state, self._config, context=self._limits)
        return self._record(final["episode"], task.id)

    async def ask(self, prompt: Prompt, listen: Callable[[Episode], None]) -> Trajectory:
        """One episode of what somebody typed, as `run`; `listen` hears of every step."""
        state = self._state(prompt, "")
        ended = state["episode"]
        states = self._graph.astream(
            state, self._config, context=self._limits, stream_mode="values"
        )
        async for values in states:
            ended = values["episode"]
            listen(ended)
        return self._record(ended, f"typed-{digest(prompt.model_dump_json())}")

    @property
    def _config(self) -> RunnableConfig:
        return {"recursion_limit": self._solver.steps(self._limits.max_turns)}

    def _state(self, prompt: Prompt, passage_id: str, seed: int | None = None) -> SolverState:
        episode = Episode(prompt, self._limits.max_turns, self._seed if seed is None else seed)
        return {"episode": episode, "passage_id": passage_id}

    def _record(self, ended: Episode, task_id: str) -> Trajectory:
        retriever = self._solver.retriever.fingerprint(self._limits.top_k)
        return ended.record(task_id, teacher=self._solver.teacher, retriever=retriever)
