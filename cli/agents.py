"""The agents of an evaluation that need a model in this process, or a graph."""

from __future__ import annotations

from cli.models import Models
from cli.work import Work
from masksearch.evaluation.row import Prompting
from masksearch.ports import Agent, SearchBackend
from masksearch.schemas import Guard


class Agents:
    """An `AgentFactory` over a run's recipe; models are loaded when they are needed."""

    def __init__(self, work: Work, search: SearchBackend) -> None:
        self._recipe = recipe = work.recipe
        self._search = search
        self._models = Models(recipe.model, work.run, work.settings.home, recipe.eval.concurrency)

    def chat_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model that searches in turns; raises ModelError."""
        from graphs.agent import GraphAgent

        settings, turns = self._recipe.eval, prompting.max_turns
        return GraphAgent(
            name,
            self._models.chat(path),
            self._search,
            system=prompting.system,
            top_k=self._recipe.search.top_k,
            guard=guard,
            max_turns=settings.max_turns if turns is None else turns,
            max_tokens=settings.max_tokens,
            seed=settings.seed,
            examples=prompting.examples,
        )

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
