"""Rule-based planner, rewriter and observer.

The team takes the blanks one after another. For each it restates the words around the
blank, searches with them, and looks in what came back for the same words with something
in the blank's place. A blank that is not found is searched once more, with other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from masksearch.decisions import Observation, Plan
from masksearch.ports import Team
from masksearch.protocol import MAX_QUERIES
from masksearch.schemas import MASK, AnswerStyle, Prompt, TaskKind, Turn
from masksearch.team.alignment import Fill, Gap, best_fill
from masksearch.team.blanks import Blank, blanks_of

SEARCHES_PER_BLANK = 2
UNKNOWN = "unknown"


class ExtractivePlanner:
    """Picks the first blank and restates the words around it."""

    async def plan(self, prompt: Prompt) -> Plan:
        """Ask for the first blank, or for the question itself."""
        return Plan(thought=_goal(prompt, 0), sub_question=_sub_question(prompt, 0))


@dataclass(frozen=True)
class ExtractiveRewriter:
    """Makes queries from the words around the blank and from the title."""

    queries_per_turn: int = 1

    async def rewrite(
        self, prompt: Prompt, sub_question: str, turns: Sequence[Turn]
    ) -> tuple[str, ...]:
        """Queries not asked before, the most telling first."""
        asked = {query for turn in turns for query in turn.queries}
        names = " ".join(word for word in prompt.text.split() if word[:1].isupper())
        candidates = dict.fromkeys(
            _query(text)
            for text in (
                f"{prompt.title} {sub_question}",
                sub_question,
                f"{prompt.title} {names}",
                prompt.text,
            )
        )
        fresh = [query for query in candidates if query and query not in asked]
        return tuple((fresh or list(candidates))[: min(self.queries_per_turn, MAX_QUERIES)])


class ExtractiveObserver:
    """Aligns the masked text with what was found and proposes fills."""

    async def observe(
        self, prompt: Prompt, turns: Sequence[Turn], *, must_answer: bool
    ) -> Observation:
        """Go on with the blank that is not yet found, or answer."""
        if prompt.kind is TaskKind.QUESTION:
            return _best_title(turns)
        blanks = blanks_of(prompt.text)
        current = _current(blanks, turns)
        fills = _fills(prompt, blanks, turns)
        report = _report(blanks[current], fills[current], len(blanks))
        following = _next_blank(blanks, fills, turns, current)
        if following is None or must_answer:
            return Observation(thought=report, answer=_answer(prompt, fills))
        return Observation(
            thought=f"{report}\n{_goal(prompt, following)}",
            sub_question=_sub_question(prompt, following),
        )


def extractive_team(queries_per_turn: int = 1) -> Team:
    """The keyless team."""
    return Team(
        "extractive",
        ExtractivePlanner(),
        ExtractiveRewriter(queries_per_turn),
        ExtractiveObserver(),
    )


def _sub_question(prompt: Prompt, index: int) -> str:
    blanks = blanks_of(prompt.text)
    return blanks[index].context if blanks else prompt.text


def _goal(prompt: Prompt, index: int) -> str:
    if prompt.kind is TaskKind.QUESTION:
        return "I search for the question as it stands."
    return f"Blank {index + 1} of {prompt.num_answers}: {_sub_question(prompt, index)}"


def _query(text: str) -> str:
    """The words of a masked text, without the punctuation that a blank leaves alone."""
    words = text.replace(MASK, " ").split()
    return " ".join(word for word in words if any(map(str.isalnum, word)))


def _report(blank: Blank, fill: Fill | None, of: int) -> str:
    """What came of the last search, ending with the count.

    On the count hangs what follows: a model that learns from it goes on, or answers, by
    the last words it said.
    """
    place = f"{blank.number} of {of}"
    if fill:
        return f"Found: {fill.quote}\nThat was {place}."
    return f"Nothing fits blank {place}."


def _current(blanks: Sequence[Blank], turns: Sequence[Turn]) -> int:
    """The blank that the last search was for."""
    asked = turns[-1].sub_question
    return next((i for i, blank in enumerate(blanks) if blank.context == asked), 0)


def _searches(blank: Blank, turns: Sequence[Turn]) -> int:
    return sum(turn.sub_question == blank.context for turn in turns)


def _next_blank(
    blanks: Sequence[Blank], fills: Sequence[Fill | None], turns: Sequence[Turn], current: int
) -> int | None:
    if not fills[current] and _searches(blanks[current], turns) < SEARCHES_PER_BLANK:
        return current
    unsearched = (i for i, blank in enumerate(blanks) if not _searches(blank, turns))
    return next(unsearched, None)


def _fills(prompt: Prompt, blanks: Sequence[Blank], turns: Sequence[Turn]) -> list[Fill | None]:
    """The fill of each blank; what a blank was filled with is of the context of the next."""
    found: list[Fill | None] = []
    known = ""
    for blank in blanks:
        known += blank.before
        found.append(fill := _fill(blank, known, turns, prompt.lang))
        known = f"{known}{fill.text}" if fill else ""
    return found


def _fill(blank: Blank, known: str, turns: Sequence[Turn], lang: str) -> Fill | None:
    """The best fill from the searches for this blank, or from any other.

    `known` is the text before the blank, from the last blank on that is not filled.
    """
    own = [hit.text for turn in turns if turn.sub_question == blank.context for hit in turn.hits]
    others = [hit.text for turn in turns for hit in turn.hits]
    gap = Gap(blank, known, lang)
    return best_fill(gap, own) or best_fill(gap, others)


def _answer(prompt: Prompt, fills: Sequence[Fill | None]) -> str:
    texts = [fill.text if fill else UNKNOWN for fill in fills]
    if prompt.style is AnswerStyle.BLANKS:
        return "\n".join(texts)
    pieces = prompt.text.split(MASK)
    return pieces[0] + "".join(fill + piece for fill, piece in zip(texts, pieces[1:], strict=True))


def _best_title(turns: Sequence[Turn]) -> Observation:
    """A question cannot be aligned: guess the title of the best hit."""
    titles = [hit.title for turn in turns for hit in turn.hits]
    thought = "The best page is my guess." if titles else "Nothing was found."
    return Observation(thought=thought, answer=titles[0] if titles else UNKNOWN)
