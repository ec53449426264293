"""The rules that make training traces, as a solver."""

from masksearch.evaluation.row import EvalContext, Inputs, Row
from masksearch.ports import Agent
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, TaskKind


class ExtractiveTeam(Row):
    """The keyless teacher: what copying from hits alone can reach."""

    name = "extractive-team"
    explanation = "the rules that made the training traces"
    is_baseline = True

    def applies(self, run: RunFolder, kind: TaskKind) -> bool:
        """On masked texts: its rules are about what stands around a blank."""
        return kind is TaskKind.RAMP

    def inputs(self, context: EvalContext) -> Inputs:
        """Nothing beside tasks and search."""
        return {}

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The team."""
        return context.agents.team_agent(self.name, guard=guard)
