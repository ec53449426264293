"""The sentence of a hit that says what a hop has to find out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from masksearch.guided.hops import Guide, Hop
from masksearch.guided.names import bare, folded, places
from masksearch.guided.telling import stems, telling_words
from masksearch.schemas import Hit
from masksearch.sentences import sentences
from masksearch.text import contains_tokens

_OWN, _NAMESAKE, _ANOTHER = 0, 1, 2
"""Whose page a hit is: the hop's, one of the same name, or any other."""


def quote_for(guide: Guide, hop: Hop, left: Iterable[Hop], hits: Sequence[Hit]) -> str:
    """A sentence of `hits` for a hop, as it was shown; nothing where there is none.

    It holds the hop's object. Where only pages are known, it holds the name of another page
    that is `left` to find and not in the question, else the answer unless the question offers
    that as a choice, else its own page's name.
    """
    for wanted in _wanted(guide, hop, left):
        for page in (_OWN, _NAMESAKE, _ANOTHER):
            if found := [
                one for one in _sentences(guide, hop, page, hits) if wanted_in(one, wanted)
            ]:
                return max(found, key=lambda one: _common(one, guide.question))
    return ""


def leads_on(guide: Guide, hop: Hop, left: Iterable[Hop], quote: str) -> bool:
    """Whether a sentence names another page that is left to find."""
    return wanted_in(quote, *_further_pages(guide, hop, left))


def answer_quote(guide: Guide, hits: Sequence[Hit]) -> str:
    """A sentence of the gold pages that holds an answer; nothing where there is none."""
    pages = [hit for hit in hits for hop in guide.hops if whose(hop, hit) == _OWN]
    said = (text for hit in pages for text in _split(guide, hit))
    return next((text for text in said if wanted_in(text, *guide.answers)), "")


def has_page(hop: Hop, hits: Iterable[Hit]) -> bool:
    """Whether a hop's page is among the hits."""
    return any(whose(hop, hit) != _ANOTHER for hit in hits)


def wanted_in(text: str, *wanted: str) -> bool:
    """Whether one of some texts stands in another as whole tokens."""
    return any(contains_tokens(text, one) for one in wanted)


def whose(hop: Hop, hit: Hit) -> int:
    """Whose page a hit is, as far as a hop is concerned."""
    if folded(hit.title) in map(folded, hop.titles):
        return _OWN
    named = folded(bare(hit.title)) in {folded(bare(name)) for name in hop.names}
    return _NAMESAKE if named else _ANOTHER


def _wanted(guide: Guide, hop: Hop, left: Iterable[Hop]) -> Iterator[str]:
    if hop.object:
        yield hop.object
        return
    yield from _further_pages(guide, hop, left)
    if guide.is_choice:
        yield hop.page
    if not guide.is_verdict:
        yield from guide.answers
    yield hop.page


def _further_pages(guide: Guide, hop: Hop, left: Iterable[Hop]) -> list[str]:
    """The names of other pages that are left to find, and that the question does not name."""
    others = [one.page for one in left if one != hop]
    return [name for name in others if not places(guide.question, name)]


def _sentences(guide: Guide, hop: Hop, page: int, hits: Sequence[Hit]) -> Iterator[str]:
    """The sentences of such pages; of another's page those alone that name whom it is about."""
    for hit in hits:
        if whose(hop, hit) == page:
            said = _split(guide, hit)
            yield from said if page != _ANOTHER else (one for one in said if _names(hop, one))


def _names(hop: Hop, sentence: str) -> bool:
    return bool(hop.object) and any(places(sentence, name) for name in hop.names)


def _split(guide: Guide, hit: Hit) -> list[str]:
    return [hit.text[start:end] for start, end in sentences(hit.text, guide.lang)]


def _common(sentence: str, question: str) -> int:
    return len(stems(telling_words(sentence)) & stems(telling_words(question)))
