"""What is searched for: names and words of the question and of what was found, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from masksearch.guided.hops import Guide
from masksearch.guided.names import places
from masksearch.guided.telling import stems, telling_words
from masksearch.schemas import Hit
from masksearch.team.blanks import Word
from masksearch.text import contains_tokens


def queries_for(
    guide: Guide, name: str, quotes: Sequence[str], seen: Sequence[Hit]
) -> tuple[str, ...]:
    """Queries for a page of that name, the most telling first; without a name, for any page.

    The words beside the name are those of the question that no sentence found so far holds.
    No query holds an answer, unless that stands in the question or in a hit `seen` before.
    """
    whole = telling_words(guide.question)
    told = stems(word for quote in quotes for word in telling_words(quote))
    rest = [word for word in _outside_names(guide, whole) if not stems([word]) & told]
    if name:
        tried = [[name, *_written(guide, part)] for part in (rest, (), whole)]
    else:
        tried = [_written(guide, part) for part in (whole, rest)] + [[guide.question]]
    known = [guide.question, *(part for hit in seen for part in (hit.title, hit.text))]
    joined = dict.fromkeys(" ".join(parts) for parts in tried if parts)
    return tuple(query for query in joined if _gives_nothing_away(query, guide.answers, known))


def _gives_nothing_away(query: str, answers: Iterable[str], known: Sequence[str]) -> bool:
    """Whether every answer that a query holds stood somewhere before."""
    held = [answer for answer in answers if contains_tokens(query, answer)]
    return all(any(contains_tokens(text, answer) for text in known) for answer in held)


def _outside_names(guide: Guide, found: Iterable[Word]) -> list[Word]:
    """Words of the question that are of no name which the evidence is about."""
    every = [name for hop in guide.hops for name in hop.names]
    names = [at for name in every for at in places(guide.question, name)]
    return [one for one in found if not any(start <= one.start < end for start, end in names)]


def _written(guide: Guide, found: Iterable[Word]) -> list[str]:
    """Words as the question has them, each once."""
    return list({word.text: guide.question[word.start : word.end] for word in found}.values())
