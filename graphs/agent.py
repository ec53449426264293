"""The agent: a model that thinks, searches and answers in turns.

The graph only drives `masksearch.episode`; what a turn means is decided there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict  # not typing's: see graphs.studio

from graphs.config import Limits
from graphs.speakers import ChatSpeaker, Speaker
from masksearch.episode import Episode, merge_hits
from masksearch.errors import ChatError, SearchError
from masksearch.guards import LeakGuard
from masksearch.messages import Message
from masksearch.ports import ChatModel, SearchBackend
from masksearch.schemas import Guard, Prompt, Status, Task, Teacher, Trajectory
from masksearch.text import digest


@dataclass(frozen=True)
class AgentDeps:
    """The live objects that the graph's nodes call."""

    speaker: Speaker
    search: SearchBackend
    guard: Guard = Guard.NONE


class AgentState(TypedDict):
    """An episode, and the passage that its guard withholds (empty for a question)."""

    episode: Episode
    passage_id: str


class EpisodeUpdate(TypedDict):
    """What both nodes write."""

    episode: Episode


AgentGraph = StateGraph[AgentState, Limits, AgentState, AgentState]


def build_agent(deps: AgentDeps) -> AgentGraph:
    """The graph `model → search → model → …`, not compiled."""

    async def model(state: AgentState) -> EpisodeUpdate:
        episode = state["episode"]
        try:
            return {"episode": episode.speak(await deps.speaker.speak(episode))}
        except ChatError as error:
            return {"episode": episode.fail(f"model: {error}")}

    async def search(state: AgentState, runtime: Runtime[Limits]) -> EpisodeUpdate:
        episode, top_k = state["episode"], (runtime.context or Limits()).top_k
        started = time.perf_counter()
        guard = LeakGuard.of(state["passage_id"], deps.guard, episode.prompt)
        try:
            ranked = await deps.search.search(episode.queries, top_k=top_k, guard=guard)
        except SearchError as error:
            return {"episode": episode.observe((), seconds=_since(started), error=str(error))}
        return {"episode": episode.observe(merge_hits(ranked, top_k), seconds=_since(started))}

    graph = StateGraph(AgentState, context_schema=Limits)
    graph.add_node("model", model)
    graph.add_node("search", search)
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", _after_model, {"search": "search", "end": END})
    graph.add_edge("search", "model")
    return graph


def _after_model(state: AgentState) -> Literal["search", "end"]:
    return "search" if state["episode"].status is Status.RUNNING else "end"


def _since(started: float) -> float:
    return time.perf_counter() - started


class GraphAgent:
    """A speaker and a retriever as a `ports.Agent`, for evaluation, `ask` and teaching."""

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
        examples: Sequence[Message] = (),
        teacher: Teacher | None = None,
    ) -> None:
        self.name = name
        self._teacher = teacher or Teacher(model=chat.name)
        self._seed = seed
        self._limits = Limits(max_turns=max_turns, top_k=top_k)
        self._retriever = search.fingerprint(top_k=top_k, guard=guard)
        wording = (lambda _: system) if isinstance(system, str) else system
        speaker = ChatSpeaker(chat, wording, max_tokens, seed, examples)
        self._graph = build_agent(AgentDeps(speaker, search, guard)).compile()

    async def run(self, task: Task) -> Trajectory:
        """One episode; a failed call is its status and reason.

        Raises ModelError where the model cannot be used at all.
        """
        final = await self._graph.ainvoke(
            self._state(task.prompt, task.passage_id), self._config, context=self._limits
        )
        return self._record(final["episode"], task.id)

    async def ask(self, prompt: Prompt, listen: Callable[[Episode], None]) -> Trajectory:
        """One episode of what somebody typed, as `run`; `listen` is told after every step."""
        ended = Episode(prompt, self._limits.max_turns)
        states = self._graph.astream(
            self._state(prompt, ""), self._config, context=self._limits, stream_mode="values"
        )
        async for state in states:
            ended = state["episode"]
            listen(ended)
        return self._record(ended, f"typed-{digest(prompt.model_dump_json())}")

    @property
    def _config(self) -> RunnableConfig:
        return {"recursion_limit": agent_steps(self._limits.max_turns)}

    def _state(self, prompt: Prompt, passage_id: str) -> AgentState:
        return {"episode": Episode(prompt, self._limits.max_turns), "passage_id": passage_id}

    def _record(self, ended: Episode, task_id: str) -> Trajectory:
        return ended.record(
            task_id, teacher=self._teacher, retriever=self._retriever, seed=self._seed
        )


def agent_steps(max_turns: int) -> int:
    """LangGraph's recursion limit: two nodes a turn, the last word, and its own check."""
    return 2 * max_turns + 2
