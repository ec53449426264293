"""The agent of Search-R1's protocol: its model goes on after a reply in which it did nothing."""

from __future__ import annotations

from typing import Literal

from langgraph.graph import END, START, StateGraph

from graphs.agent import model_node
from graphs.config import AGENT, Limits
from graphs.solver import GuardedSearch, Solver, SolverGraph, SolverState, search_node
from graphs.turn_policies import SearchR1Policy
from masksearch.schemas import Status, Teacher

_NODES_PER_TURN = 2


def search_r1_solver(policy: SearchR1Policy, retriever: GuardedSearch) -> Solver:
    """Such a model over a retriever, as a solver."""
    graph = build_search_r1(policy, retriever)
    return Solver(AGENT, Teacher(model=policy.name), graph, retriever, _NODES_PER_TURN)


def build_search_r1(policy: SearchR1Policy, retriever: GuardedSearch) -> SolverGraph:
    """The graph `model → search | model → …`, not compiled."""
    graph = StateGraph(SolverState, context_schema=Limits)
    graph.add_node("model", model_node(policy))
    graph.add_node("search", search_node(retriever))
    graph.add_edge(START, "model")
    graph.add_conditional_edges(
        "model", _after_model, {"search": "search", "model": "model", "end": END}
    )
    graph.add_edge("search", "model")
    return graph


async def _after_model(state: SolverState) -> Literal["search", "model", "end"]:
    episode = state["episode"]
    if episode.status is not Status.RUNNING:
        return "end"
    return "search" if episode.searching else "model"
