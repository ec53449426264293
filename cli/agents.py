"""The agents of an evaluation that need a model, in this process or elsewhere, or a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from cli.models import Models, chat_at, is_endpoint
from cli.work import Work
from masksearch.evaluation.row import Prompting
from masksearch.ports import Agent, ChatModel, SearchBackend
from masksearch.schemas import Guard

if TYPE_CHECKING:
    from graphs.solver import GuardedSearch, Solver


class _Asked(TypedDict):
    """How a chat model is asked, whatever it does with its turns."""

    max_tokens: int
    temperature: float
    only_answers: bool


class Agents:
    """An `AgentFactory` over a run's recipe; models are loaded when they are needed."""

    def __init__(self, work: Work, search: SearchBackend) -> None:
        self._work = work
        self._recipe = recipe = work.recipe
        self._search = search
        self._models = Models(recipe.model, work.run, work.settings.home, recipe.eval.concurrency)

    def label(self, path: str) -> str:
        """What names a model in a manifest, never a key; raises ModelError where it is not set."""
        return f"{path} {chat_at(self._work, path).name}" if is_endpoint(path) else path

    def check(self, path: str) -> None:
        """Refuse what can be no model; raises ModelError."""
        from training.models.paths import check_path

        if not is_endpoint(path):
            check_path(path, self._work.settings.home)

    def chat_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model that searches in turns; raises ModelError."""
        from graphs.agent import agent_solver
        from graphs.turn_policies import ChatPolicy

        system, examples = prompting.system, prompting.examples
        policy = ChatPolicy(self._chat(path), system, examples=examples, **self._asked(prompting))
        return self._agent(name, agent_solver(policy, self._searching(guard)), prompting)

    def rag_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model that reads what one search found; raises ModelError."""
        from graphs.rag import rag_solver
        from graphs.turn_policies import ReadingPolicy

        system, examples = prompting.system, prompting.examples
        policy = ReadingPolicy(
            self._chat(path), system, examples=examples, **self._asked(prompting)
        )
        return self._agent(name, rag_solver(policy, self._searching(guard)), prompting)

    def search_r1_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model in Search-R1's protocol; raises ModelError."""
        from graphs.search_r1 import search_r1_solver
        from graphs.turn_policies import SearchR1Policy
        from masksearch.role_prompt import role_prompt
        from masksearch.search_r1 import ROLE

        policy = SearchR1Policy(
            self._chat(path),
            prompting.system,
            wording=lambda prompt: role_prompt(self._work.library, ROLE, prompt.lang),
            **self._asked(prompting),
        )
        return self._agent(name, search_r1_solver(policy, self._searching(guard)), prompting)

    def team_agent(self, name: str, *, guard: Guard) -> Agent:
        """The extractive team."""
        from graphs.team import TeamAgent
        from masksearch.team.extractive import extractive_team

        synth = self._recipe.synth
        return TeamAgent(
            name,
            extractive_team(synth.queries_per_turn),
            self._search,
            top_k=self._recipe.search.top_k,
            guard=guard,
            max_turns=synth.max_turns,
            seed=synth.seed,
        )

    def _chat(self, path: str) -> ChatModel:
        return chat_at(self._work, path) if is_endpoint(path) else self._models.chat(path)

    def _searching(self, guard: Guard) -> GuardedSearch:
        from graphs.solver import GuardedSearch

        return GuardedSearch(self._search, guard)

    def _asked(self, prompting: Prompting) -> _Asked:
        settings = self._recipe.eval
        tokens = prompting.limits.get("max_tokens", settings.max_tokens)
        return {
            "max_tokens": tokens,
            "temperature": settings.drawn_at,
            "only_answers": prompting.only_answers,
        }

    def _agent(self, name: str, solver: Solver, prompting: Prompting) -> Agent:
        from graphs.config import Limits
        from graphs.solver import SolverAgent

        recipe, own = self._recipe, prompting.limits
        limits = Limits(
            max_turns=own.get("max_turns", recipe.eval.max_turns),
            top_k=own.get("top_k", recipe.search.top_k),
        )
        return SolverAgent(name, solver, limits, recipe.eval.seed)
