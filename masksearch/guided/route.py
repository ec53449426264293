"""How far a guided episode is: which hops were found, what was quoted, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from masksearch.errors import NoEvidence
from masksearch.guided.hops import Guide, Hop
from masksearch.guided.names import standing
from masksearch.guided.queries import queries_for
from masksearch.guided.quotes import answer_quote, has_page, leads_on, quote_for, wanted_in
from masksearch.schemas import Hit, Turn

TRIES = 3
"""Searches for one hop at most."""


class Goal(NamedTuple):
    """The hop to find next, and its name as it is known so far; nothing where it is not."""

    hop: Hop
    name: str

    @property
    def sub_question(self) -> str:
        """What is to be found out, in a few words."""
        if not self.name:
            return ""
        return f"the {self.hop.relation} of {self.name}" if self.hop.relation else self.name


class Found(NamedTuple):
    """A goal that was reached, and the sentence that says so."""

    goal: Goal
    quote: str

    @property
    def fact(self) -> str:
        """What was found out, in a few words."""
        return f"{self.goal.sub_question or self.goal.hop.names[-1]}: {self.goal.hop.object}"


class Route(NamedTuple):
    """Where an episode stands; `tries` are the searches since something was found."""

    found: tuple[Found, ...]
    left: tuple[Hop, ...]
    seen: tuple[Hit, ...] = ()
    tries: tuple[str, ...] = ()

    @property
    def quotes(self) -> list[str]:
        """What was quoted so far."""
        return [one.quote for one in self.found]


def route_of(guide: Guide, turns: Sequence[Turn]) -> Route:
    """The route after some turns, which follows from them alone."""
    route = Route((), guide.hops)
    for turn in turns:
        route = _after(guide, route, turn)
    return route


def goal_of(guide: Guide, route: Route) -> Goal:
    """The next hop: one whose name is in the question, else in a hit, else the first one."""
    shown = [part for hit in route.seen for part in (hit.title, hit.text)]
    for texts in ([guide.question], shown):
        for hop in route.left:
            known = (standing(text, name) for name in hop.names for text in texts)
            if name := next(filter(None, known), ""):
                return Goal(hop, name)
    return Goal(route.left[0], "")


def query_of(guide: Guide, route: Route) -> str:
    """The next query; raises NoEvidence where none is left to try."""
    name = goal_of(guide, route).name
    tried = queries_for(guide, name, route.quotes, route.seen)
    fresh = [query for query in tried if query not in route.tries]
    if not fresh or len(route.tries) >= TRIES:
        raise NoEvidence(f"{_place(guide, route)}: {_why(guide, route)}")
    return fresh[0]


def final_quote(guide: Guide, route: Route) -> str:
    """A further sentence where none that was quoted holds the answer, but one that was shown does.

    Raises NoEvidence where the answer, which can be read and is no choice, was never shown.
    """
    if guide.is_verdict or guide.is_choice or wanted_in("\n".join(route.quotes), *guide.answers):
        return ""
    if quote := answer_quote(guide, route.seen):
        return quote
    raise NoEvidence("every page was found, and no sentence of them holds the answer")


def out_of_searches(guide: Guide, route: Route) -> NoEvidence:
    """Why an episode that may not search any more failed."""
    return NoEvidence(f"{_place(guide, route)}: no search is left for it")


def _after(guide: Guide, route: Route, turn: Turn) -> Route:
    goal = goal_of(guide, route)
    seen, tries = (*route.seen, *turn.hits), (*route.tries, *turn.queries)
    hops = [goal.hop] if goal.name else route.left
    quoted = {hop: quote_for(guide, hop, route.left, turn.hits) for hop in hops}
    reached = [hop for hop, quote in quoted.items() if quote]
    if not reached:
        return route._replace(seen=seen, tries=tries)
    hop = max(reached, key=lambda one: leads_on(guide, one, route.left, quoted[one]))
    found = Found(goal._replace(hop=hop), quoted[hop])
    return Route((*route.found, found), tuple(one for one in route.left if one != hop), seen)


def _place(guide: Guide, route: Route) -> str:
    return f"hop {len(route.found) + 1} of {len(guide.hops)}"


def _why(guide: Guide, route: Route) -> str:
    if not has_page(goal_of(guide, route).hop, route.seen):
        return "its page was not found"
    return "its page was found, but no sentence that says it"
