"""The graphs that LangGraph Studio serves, without any key.

Both are given a text with `[mask]` in it, or a question. The index is that of the run
named by `MASKSEARCH_RUN`, or else the small corpus that ships with the package. They are
not compiled: the server brings its own checkpointer and refuses another.
"""

from __future__ import annotations

from typing import (
    Literal,
    Required,  # before 3.12 Studio's forms need these
)

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graphs.agent import AgentDeps, AgentState, build_agent
from graphs.config import Limits
from graphs.speakers import TeamSpeaker
from graphs.synthesis import SynthesisDeps, SynthesisState, build_synthesis
from masksearch.bundled import bundled_passages
from masksearch.config import SearchConfig
from masksearch.episode import Episode
from masksearch.errors import InputError
from masksearch.ports import SearchBackend
from masksearch.question import typed_prompt
from masksearch.run_folder import RunFolder
from masksearch.schemas import Prompt, Status, TaskKind, Trajectory, Turn
from masksearch.search.factory import SearchFactory, search_passages
from masksearch.settings import Settings
from masksearch.team.extractive import extractive_team
from masksearch.text import digest

_QUERIES_PER_TURN = 2


class TypedTask(TypedDict, total=False):
    """What one types: a text with `[mask]`, and its page's title if known; or a question."""

    text: Required[str]
    title: str


class Ending(TypedDict):
    """What comes out."""

    answer: str
    thought: str
    status: str
    reason: str
    turns: list[Turn]


class StudioSynthesis(SynthesisState, total=False):
    """The state of the team's graph between its typed input and its output."""

    text: str
    title: str
    answer: str
    thought: str
    status: str
    reason: str


class StudioEpisode(AgentState, total=False):
    """The state of the agent's graph between its typed input and its output."""

    text: str
    title: str
    answer: str
    thought: str
    status: str
    reason: str
    turns: list[Turn]


def studio_synthesis(
    search: SearchBackend,
) -> StateGraph[StudioSynthesis, Limits, TypedTask, Ending]:
    """The extractive team's graph with typed input; nothing is judged, no gold is known."""

    async def read(state: TypedTask) -> SynthesisState:
        task_id = f"typed-{digest(state['text'])}"
        try:
            prompt = typed_prompt(state["text"], state.get("title", ""))
        except InputError as error:
            failed = Trajectory(task_id=task_id, status=Status.FAILED, reason=str(error))
            return {"failure": str(error), "trajectory": failed}
        # A thread in Studio may be run again: what failed before must not count.
        return {"failure": "", "task_id": task_id, "prompt": prompt, "passage_id": ""}

    def after_read(state: StudioSynthesis) -> Literal["team", "show"]:
        return "show" if state["failure"] else "team"

    async def show(state: StudioSynthesis) -> Ending:
        return _ending(state["trajectory"])

    team = build_synthesis(SynthesisDeps(extractive_team(_QUERIES_PER_TURN), search)).compile()
    graph = StateGraph(
        StudioSynthesis, context_schema=Limits, input_schema=TypedTask, output_schema=Ending
    )
    graph.add_node("read", read)
    graph.add_node("team", team)
    graph.add_node("show", show)
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", after_read)
    graph.add_edge("team", "show")
    graph.add_edge("show", END)
    return graph


def studio_agent(search: SearchBackend) -> StateGraph[StudioEpisode, Limits, TypedTask, Ending]:
    """The agent's graph with typed input; the extractive team speaks in a model's place."""

    async def read(state: TypedTask, runtime: Runtime[Limits]) -> AgentState:
        max_turns = (runtime.context or Limits()).max_turns
        try:
            episode = Episode(typed_prompt(state["text"], state.get("title", "")), max_turns)
        except InputError as error:
            nothing = Prompt(kind=TaskKind.QUESTION, text="")
            episode = Episode(nothing, max_turns).fail(str(error))
        return {"episode": episode, "passage_id": ""}

    def after_read(state: StudioEpisode) -> Literal["agent", "show"]:
        return "agent" if state["episode"].status is Status.RUNNING else "show"

    async def show(state: StudioEpisode) -> Ending:
        return _ending(state["episode"])

    speaker = TeamSpeaker(extractive_team(_QUERIES_PER_TURN))
    inner = build_agent(AgentDeps(speaker, search)).compile()
    graph = StateGraph(
        StudioEpisode, context_schema=Limits, input_schema=TypedTask, output_schema=Ending
    )
    graph.add_node("read", read)
    graph.add_node("agent", inner)
    graph.add_node("show", show)
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", after_read)
    graph.add_edge("agent", "show")
    graph.add_edge("show", END)
    return graph


def _ending(ended: Trajectory | Episode) -> Ending:
    return {
        "answer": ended.answer,
        "thought": ended.final_thought,
        "status": ended.status.value,
        "reason": ended.reason,
        "turns": list(ended.turns),
    }


def studio_search(settings: Settings) -> SearchBackend:
    """The named run's index, or one of the bundled corpus; raises what `SearchFactory.open` does."""
    config = SearchConfig()
    if settings.run is None:
        return search_passages(bundled_passages(), config.snippet_chars)
    return SearchFactory(RunFolder(settings.run), settings).open(config)


_search = studio_search(Settings())
synthesis = studio_synthesis(_search)
agent = studio_agent(_search)
