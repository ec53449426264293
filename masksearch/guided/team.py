"""The team that makes evidence-guided traces: no model, one query a hop, the found sentence quoted.

Its roles are shown a task's prompt as those of any team are; what the evidence says of the
question they have from the training tasks that the team was made for. So its traces are made
with gold, which their `Teacher` says, and it refuses tasks of any split but train.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from masksearch.decisions import Observation, Plan
from masksearch.errors import InputError, NoEvidence
from masksearch.guided.hops import Guide, guide_of
from masksearch.guided.route import (
    Found,
    Goal,
    Route,
    final_quote,
    goal_of,
    out_of_searches,
    query_of,
    route_of,
)
from masksearch.ports import Team
from masksearch.schemas import Prompt, Task, Turn
from masksearch.schemas.questions import TRAIN

GUIDED = "guided"


class GuidedTasks:
    """Training questions by their prompts, with the evidence of each.

    Raises InputError for a task that is no question of a training split.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._by_prompt = {_checked(task).prompt: task for task in tasks}

    def guide(self, prompt: Prompt) -> Guide:
        """The evidence of a question; raises NoEvidence where there is none."""
        if not (task := self._by_prompt.get(prompt)):
            raise NoEvidence("the question is none of the training questions")
        return guide_of(task)


def _checked(task: Task) -> Task:
    if task.question is None:
        raise InputError(f"guided traces are made of questions with evidence: {task.id} is none")
    if (split := task.question.split) != TRAIN:
        raise InputError(
            f"guided traces are made with gold, from the split train alone: {task.id} is of "
            f"the split {split or 'that nobody named'}"
        )
    return task


@dataclass(frozen=True)
class GuidedPlanner:
    """States the first hop."""

    tasks: GuidedTasks

    async def plan(self, prompt: Prompt) -> Plan:
        """The first hop; raises NoEvidence."""
        guide = self.tasks.guide(prompt)
        goal = goal_of(guide, route_of(guide, ()))
        return Plan(thought=_need(goal, "First"), sub_question=goal.sub_question)


@dataclass(frozen=True)
class GuidedRewriter:
    """Makes one query, of words that were asked or found."""

    tasks: GuidedTasks

    async def rewrite(
        self, prompt: Prompt, sub_question: str, turns: Sequence[Turn]
    ) -> tuple[str, ...]:
        """One query that was not tried for this hop; raises NoEvidence where none is left."""
        guide = self.tasks.guide(prompt)
        return (query_of(guide, route_of(guide, turns)),)


@dataclass(frozen=True)
class GuidedObserver:
    """Quotes the sentence that says what was looked for, and goes on to the next hop."""

    tasks: GuidedTasks

    async def observe(
        self, prompt: Prompt, turns: Sequence[Turn], *, must_answer: bool
    ) -> Observation:
        """The next hop, or the answer; raises NoEvidence where the evidence is not found."""
        guide = self.tasks.guide(prompt)
        route = route_of(guide, turns)
        if not route.left:
            return Observation(thought=_conclusion(guide, route), answer=guide.answers[0])
        if must_answer:
            raise out_of_searches(guide, route)
        goal = goal_of(guide, route)
        query_of(guide, route)  # here, so that an episode ends where nothing is left to try
        when = "Still" if route.tries else "Next"
        thought = f"{_report(route)}\n{_need(goal, when)}"
        return Observation(thought=thought, sub_question=goal.sub_question)


def guided_team(tasks: Iterable[Task]) -> Team:
    """The team for these training questions; raises InputError for any other task."""
    known = GuidedTasks(tasks)
    return Team(GUIDED, GuidedPlanner(known), GuidedRewriter(known), GuidedObserver(known))


def _need(goal: Goal, when: str) -> str:
    if not goal.name:
        return f"{when} I search with the words of the question."
    return f"{when} I {'need' if goal.hop.relation else 'look up'} {goal.sub_question}."


def _report(route: Route) -> str:
    """What came of the last search."""
    if route.tries or not route.found:
        return "That does not say it."
    last = route.found[-1]
    return "\n".join([f'Found: "{last.quote}"', *_so(last)])


def _so(found: Found) -> list[str]:
    goal = found.goal
    known = bool(goal.hop.relation and goal.name)
    return [_sentence(f"So {goal.sub_question} is {goal.hop.object}")] if known else []


def _conclusion(guide: Guide, route: Route) -> str:
    """The last sentence found, and what leads from it to the answer."""
    last, further = route.found[-1], final_quote(guide, route)
    quoted = [f'Found: "{last.quote}"', *([f'Also: "{further}"'] if further else [])]
    facts = _compared(route) or _so(last)
    return "\n".join([*quoted, *facts, _sentence(f"The answer is {guide.answers[0]}")])


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _compared(route: Route) -> list[str]:
    """The facts side by side, where no other fact was found by means of them."""
    known = [one for one in route.found if one.goal.hop.object]
    subjects = {name for one in known for name in one.goal.hop.names}
    ends = [one.fact for one in known if one.goal.hop.object not in subjects]
    return ends if len(ends) > 1 else []
