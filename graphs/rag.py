"""Retrieve once and answer: the baseline of one search with the task itself.

The search and the episode are those of the agent: it has one search, which nobody had to
think of, and whoever answers may do nothing else.
"""

from __future__ import annotations

from typing import Literal

from langgraph.graph import END, START, StateGraph

from graphs.agent import model_node
from graphs.config import AGENT, Limits
from graphs.solver import (
    EpisodeUpdate,
    GuardedSearch,
    Solver,
    SolverGraph,
    SolverState,
    search_node,
)
from graphs.turn_policies import TurnPolicy
from masksearch.decisions import Observation
from masksearch.evaluation.context_query import context_queries
from masksearch.protocol import MAX_QUERIES
from masksearch.schemas import Status, Teacher

MAX_TURNS = 1
_NODES = 3


def rag_solver(policy: TurnPolicy, retriever: GuardedSearch) -> Solver:
    """Whoever answers, over a retriever, as a solver; its limit must be `MAX_TURNS`."""
    graph = build_rag(policy, retriever)
    return Solver(AGENT, Teacher(model=policy.name), graph, retriever, _NODES)


def build_rag(policy: TurnPolicy, retriever: GuardedSearch) -> SolverGraph:
    """The graph `ask → search → model`, not compiled."""
    graph = StateGraph(SolverState, context_schema=Limits)
    graph.add_node("ask", ask)
    graph.add_node("search", search_node(retriever))
    graph.add_node("model", model_node(policy))
    graph.add_edge(START, "ask")
    graph.add_conditional_edges("ask", _after_asking, {"search": "search", "end": END})
    graph.add_edge("search", "model")
    graph.add_edge("model", END)
    return graph


async def ask(state: SolverState) -> EpisodeUpdate:
    """The task itself as the query: a question, or the words around each blank."""
    episode = state["episode"]
    queries = tuple(context_queries(episode.prompt))[:MAX_QUERIES]
    return {"episode": episode.decide(Observation(thought="", sub_question="")).ask(queries)}


async def _after_asking(state: SolverState) -> Literal["search", "end"]:
    """A text of nothing but blanks has no query."""
    return "search" if state["episode"].status is Status.RUNNING else "end"
