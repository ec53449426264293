"""The team: a planner, then rewriter, search and observer in a loop, over one episode.

The roles see the task's prompt only. What a step means is decided in `masksearch.episode`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from langgraph.graph import END, START, StateGraph

from graphs.config import Limits
from graphs.solver import (
    EpisodeUpdate,
    GuardedSearch,
    Solver,
    SolverAgent,
    SolverGraph,
    SolverState,
    search_node,
)
from masksearch.decisions import Observation
from masksearch.episode import Episode
from masksearch.errors import ChatError, NoEvidence
from masksearch.llm.meter import metering
from masksearch.ports import SearchBackend, Team
from masksearch.schemas import Cost, Guard, Status, Teacher

T = TypeVar("T")

_NODES_PER_TURN = 3


def team_solver(
    team: Team, retriever: GuardedSearch, *, round: int = 0, with_gold: bool = False
) -> Solver:
    """A team over a retriever as a solver; `with_gold` marks what it makes as made with gold."""
    return Solver(
        team.name,
        Teacher(model=team.name, round=round, with_gold=with_gold),
        build_team(team, retriever),
        retriever,
        _NODES_PER_TURN,
        {"prompts": json.dumps(prompt_versions(team), sort_keys=True)},
    )


def build_team(team: Team, retriever: GuardedSearch) -> SolverGraph:
    """The graph of the team, not compiled."""
    nodes = _Roles(team)
    graph = StateGraph(SolverState, context_schema=Limits)
    graph.add_node("planner", nodes.planner)
    graph.add_node("rewriter", nodes.rewriter)
    graph.add_node("search", search_node(retriever))
    graph.add_node("observer", nodes.observer)
    graph.add_edge(START, "planner")
    graph.add_conditional_edges("planner", _after_decision, {"rewriter": "rewriter", "end": END})
    graph.add_conditional_edges("rewriter", _after_rewriter, {"search": "search", "end": END})
    graph.add_edge("search", "observer")
    graph.add_conditional_edges("observer", _after_decision, {"rewriter": "rewriter", "end": END})
    return graph


async def _after_decision(state: SolverState) -> Literal["rewriter", "end"]:
    return "rewriter" if state["episode"].status is Status.RUNNING else "end"


async def _after_rewriter(state: SolverState) -> Literal["search", "end"]:
    return "search" if state["episode"].status is Status.RUNNING else "end"


class _Roles:
    """The nodes in which a role speaks."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._versions = prompt_versions(team)

    async def planner(self, state: SolverState) -> EpisodeUpdate:
        episode = state["episode"]
        return await _step("planner", episode, self._plan(episode), episode.decide)

    async def rewriter(self, state: SolverState) -> EpisodeUpdate:
        episode = state["episode"]
        sub_question = episode.intent.sub_question if episode.intent else ""
        call = self._team.rewriter.rewrite(episode.prompt, sub_question, episode.turns)

        def ask(queries: tuple[str, ...], cost: Cost) -> Episode:
            return episode.ask(queries, cost, self._versions)

        return await _step("rewriter", episode, call, ask)

    async def observer(self, state: SolverState) -> EpisodeUpdate:
        episode = state["episode"]
        call = self._team.observer.observe(
            episode.prompt, episode.turns, must_answer=episode.is_spent
        )
        return await _step("observer", episode, call, episode.decide)

    async def _plan(self, episode: Episode) -> Observation:
        plan = await self._team.planner.plan(episode.prompt)
        return Observation(thought=plan.thought, sub_question=plan.sub_question)


async def _step(
    role: str, episode: Episode, call: Awaitable[T], take: Callable[[T, Cost], Episode]
) -> EpisodeUpdate:
    """What a role says, taken by the episode with what it cost; a failed call ends it."""
    with metering() as meter:
        try:
            result = await call
        except (ChatError, NoEvidence) as error:
            return {"episode": episode.fail(f"{role}: {error}", meter.cost)}
    return {"episode": take(result, meter.cost)}


def prompt_versions(team: Team) -> dict[str, str]:
    """`role → version@sha` of the roles that speak from a prompt file."""
    roles = {"planner": team.planner, "rewriter": team.rewriter, "observer": team.observer}
    versions = {name: getattr(role, "prompt_version", "") for name, role in roles.items()}
    return {name: version for name, version in versions.items() if version}


class TeamAgent(SolverAgent):
    """A team as a `ports.Agent`, for evaluation rows."""

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
        limits = Limits(max_turns=max_turns, top_k=top_k)
        super().__init__(name, team_solver(team, GuardedSearch(search, guard)), limits, seed)
