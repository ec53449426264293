"""The graphs that LangGraph Studio serves, without any key.

Both are given a text with `[mask]` in it, or a question. What is typed is data of any kind,
since LangGraph checks no field of it: a wrong one ends the run with its reason. The index is that of the run
named by `MASKSEARCH_RUN`, or else the small corpus that ships with the package; it is opened
when the first graph is wanted. The graphs are not compiled: the server brings its own
checkpointer and refuses another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import (
    Literal,
    Required,  # before 3.12 Studio's forms need these
)

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graphs.agent import agent_solver
from graphs.config import Limits
from graphs.solver import GuardedSearch, Solver, SolverState
from graphs.team import team_solver
from graphs.turn_policies import TeamPolicy
from masksearch.bundled import bundled_passages
from masksearch.config import SearchConfig
from masksearch.episode import Episode
from masksearch.errors import InputError
from masksearch.ports import SearchBackend
from masksearch.question import typed_prompt
from masksearch.run_folder import RunFolder
from masksearch.schemas import Prompt, Status, TaskKind, Turn
from masksearch.search.factory import SearchFactory, search_passages
from masksearch.search.query import MAX_TOP_K
from masksearch.settings import Settings
from masksearch.team.extractive import extractive_team

_QUERIES_PER_TURN = 2
_MOST_TURNS = 1_000
"""Below LangGraph's limit of steps, so that the graph ends it."""


@dataclass(frozen=True, init=False)
class TypedLimits(Limits):
    """Limits as they were typed, so any value. What is no limit is passed over."""

    def __init__(self, **typed: int) -> None:
        for limit in fields(Limits):
            object.__setattr__(self, limit.name, typed.get(limit.name, limit.default))


class TypedTask(TypedDict, total=False):
    """What one types: a text with `[mask]`, and its page's title if known; or a question."""

    text: Required[str]
    title: str


class Ending(TypedDict):
    """What Studio shows in the end."""

    answer: str
    thought: str
    status: str
    reason: str
    turns: list[Turn]


class StudioState(SolverState, total=False):
    """A solver's state between its typed input and its output."""

    text: str
    title: str
    answer: str
    thought: str
    status: str
    reason: str
    turns: list[Turn]


StudioGraph = StateGraph[StudioState, TypedLimits, TypedTask, Ending]


def studio_graph(name: str, solver: Solver) -> StudioGraph:
    """A solver's graph as the node `name`, with typed input: nobody knows the answer to judge."""
    graph = StateGraph(
        StudioState, context_schema=TypedLimits, input_schema=TypedTask, output_schema=Ending
    )
    graph.add_node("read", _read)
    graph.add_node(name, solver.graph.compile())
    graph.add_node("show", _show)
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", _after_read, {"solve": name, "show": "show"})
    graph.add_edge(name, "show")
    graph.add_edge("show", END)
    return graph


async def _read(state: TypedTask, runtime: Runtime[TypedLimits]) -> SolverState:
    try:
        max_turns = _max_turns(runtime.context)
        episode = Episode(typed_prompt(_text(state, "text"), _text(state, "title")), max_turns)
    except InputError as error:
        nothing = Prompt(kind=TaskKind.QUESTION, text="")
        episode = Episode(nothing, Limits().max_turns).fail(str(error))
    return {"episode": episode, "passage_id": ""}


def _max_turns(typed: object) -> int:
    """The turns of what was typed as limits, all of which are checked; raises InputError."""
    limits = typed or Limits()
    if not isinstance(limits, Limits):
        raise InputError("the limits must be an object with max_turns and top_k")
    for name, most in (("max_turns", _MOST_TURNS), ("top_k", MAX_TOP_K)):
        limit = getattr(limits, name)
        if type(limit) is not int or not 1 <= limit <= most:
            raise InputError(f"{name} must be a whole number from 1 to {most:,}")
    return limits.max_turns


def _text(typed: Mapping[str, object], name: str) -> str:
    """A field's text, empty where it is null or missing; raises InputError."""
    value = typed.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} must be a string, but is of type {type(value).__name__}")
    return value or ""


async def _after_read(state: StudioState) -> Literal["solve", "show"]:
    return "solve" if state["episode"].status is Status.RUNNING else "show"


async def _show(state: StudioState) -> Ending:
    outcome = state["episode"].outcome
    return {
        "answer": outcome.answer,
        "thought": outcome.final_thought,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "turns": list(outcome.turns),
    }


def studio_search(settings: Settings) -> SearchBackend:
    """The named run's index, or one of the bundled corpus; raises what `SearchFactory.open` does."""
    config = SearchConfig()
    if settings.run is None:
        return search_passages(bundled_passages(), config.snippet_chars)
    return SearchFactory(RunFolder(settings.run), settings).open(config)


@cache
def _retriever() -> GuardedSearch:
    return GuardedSearch(studio_search(Settings()))


async def synthesis() -> StudioGraph:
    """The extractive team's graph."""
    retriever = await asyncio.to_thread(_retriever)
    return studio_graph("team", team_solver(extractive_team(_QUERIES_PER_TURN), retriever))


async def agent() -> StudioGraph:
    """The agent's graph; the extractive team speaks in a model's place."""
    retriever = await asyncio.to_thread(_retriever)
    policy = TeamPolicy(extractive_team(_QUERIES_PER_TURN))
    return studio_graph("agent", agent_solver(policy, retriever))
