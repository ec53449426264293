"""No model: the words around each blank as its query."""

from masksearch.evaluation.context_query import CONTEXT_AS_QUERY, ContextQuery
from masksearch.evaluation.row import EvalContext, Inputs, Row
from masksearch.ports import Agent
from masksearch.schemas import Guard


class ContextAsQuery(Row):
    """What a search finds for the words around each blank; nothing is answered."""

    name = CONTEXT_AS_QUERY
    explanation = "no model: the words around each blank are the query"
    is_baseline = True
    answers = False

    def inputs(self, context: EvalContext) -> Inputs:
        """Nothing beside tasks and search."""
        return {}

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """One search per blank."""
        return ContextQuery(context.search, context.search_settings.top_k, guard)
