"""What the roles of a team decide."""

from __future__ import annotations

from masksearch.schemas import Value


class Plan(Value):
    """A planner's first thought and what should be found out first."""

    thought: str
    sub_question: str


class Observation(Value):
    """An observer's thought, and either the next sub-question or the answer."""

    thought: str
    sub_question: str = ""
    answer: str | None = None
