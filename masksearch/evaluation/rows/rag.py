"""The model before any training, shown what one search with the task itself found."""

from masksearch.evaluation.row import EvalContext
from masksearch.evaluation.rows.prompted import PromptedModel
from masksearch.evaluation.worked_examples import reading
from masksearch.ports import Agent
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, TaskKind


class RetrieveOnce(PromptedModel):
    """The base model that reads one search's hits and answers (RAG-PE of MaskSearch's tables)."""

    name = "rag"
    explanation = "the same model before, shown what one search with the task itself found"
    role = "rag"
    is_baseline = True
    searches = 1

    def applies(self, run: RunFolder, kind: TaskKind) -> bool:
        """On questions, whose tables have it."""
        return kind is TaskKind.QUESTION

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with worked examples that answer from what was found."""
        prompting = self.prompting(context, reading)._replace(only_answers=True)
        return context.agents.rag_agent(self.name, context.base_model, prompting, guard=guard)
