"""The agent: a model that thinks, searches and answers in turns.

The graph only drives `masksearch.episode`; what a turn means is decided there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

from langgraph.graph import END, START, StateGraph

from graphs.config import AGENT, Limits
from graphs.solver import (
    EpisodeUpdate,
    GuardedSearch,
    Solver,
    SolverAgent,
    SolverGraph,
    SolverState,
    search_node,
)
from graphs.turn_policies import ChatPolicy, TurnPolicy
from masksearch.errors import ChatError
from masksearch.manifest import Stage
from masksearch.messages import Examples, Message
from masksearch.ports import ChatModel, SearchBackend
from masksearch.schemas import Guard, Prompt, Status, Teacher

_NODES_PER_TURN = 2


class ModelNode(Protocol):
    """The node in which a turn is taken, for LangGraph to call."""

    async def __call__(self, state: SolverState) -> EpisodeUpdate:
        """The episode after one more turn."""
        ...


def chat_solver(
    chat: ChatModel,
    retriever: GuardedSearch,
    *,
    system: Callable[[Prompt], str] | str,
    max_tokens: int = 512,
    examples: Examples | Sequence[Message] = (),
    temperature: float = 0.0,
    round: int = 0,
    made_with: Mapping[str, str | Stage] | None = None,
) -> Solver:
    """A chat model as a solver.

    `system` is its system message and `examples` follow it, or each makes its own for a task.
    """
    wording = (lambda _: system) if isinstance(system, str) else system
    shown = examples if callable(examples) else lambda _: examples
    policy = ChatPolicy(chat, wording, max_tokens, shown, temperature)
    return agent_solver(policy, retriever, round=round, made_with=made_with)


def agent_solver(
    policy: TurnPolicy,
    retriever: GuardedSearch,
    *,
    round: int = 0,
    made_with: Mapping[str, str | Stage] | None = None,
) -> Solver:
    """Whoever takes the turns, over a retriever, as a solver.

    `made_with` says what it was made from, for a stage's manifest.
    """
    return Solver(
        AGENT,
        Teacher(model=policy.name, round=round),
        build_agent(policy, retriever),
        retriever,
        _NODES_PER_TURN,
        made_with or {},
    )


def build_agent(policy: TurnPolicy, retriever: GuardedSearch) -> SolverGraph:
    """The graph `model → search → model → …`, not compiled."""
    graph = StateGraph(SolverState, context_schema=Limits)
    graph.add_node("model", model_node(policy))
    graph.add_node("search", search_node(retriever))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", _after_model, {"search": "search", "end": END})
    graph.add_edge("search", "model")
    return graph


def model_node(policy: TurnPolicy) -> ModelNode:
    """The node in which whoever takes the turns takes one; a failed call ends the episode."""

    async def model(state: SolverState) -> EpisodeUpdate:
        try:
            return {"episode": await policy.take_turn(state["episode"])}
        except ChatError as error:
            return {"episode": state["episode"].fail(f"model: {error}")}

    return model


async def _after_model(state: SolverState) -> Literal["search", "end"]:
    return "search" if state["episode"].status is Status.RUNNING else "end"


class GraphAgent(SolverAgent):
    """A chat model and a retriever as a `ports.Agent`."""

    def __init__(
        self,
        name: str,
        chat: ChatModel,
        search: SearchBackend,
        *,
        system: Callable[[Prompt], str] | str,
        top_k: int,
        guard: Guard = Guard.NONE,
        max_turns: int = 4,
        max_tokens: int = 512,
        seed: int = 0,
        examples: Examples | Sequence[Message] = (),
        temperature: float = 0.0,
    ) -> None:
        solver = chat_solver(
            chat,
            GuardedSearch(search, guard),
            system=system,
            max_tokens=max_tokens,
            examples=examples,
            temperature=temperature,
        )
        super().__init__(name, solver, Limits(max_turns=max_turns, top_k=top_k), seed)
