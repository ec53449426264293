"""What of a hit is shown: the same for synthesis, training, evaluation and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.schemas import Fingerprint, Guard, Hit
from masksearch.search.snippets import cut_words, snippet
from masksearch.search.wrappers.wrapper import Wrapper
from masksearch.text import encodable, printable

_TITLE_WORDS = 32
_READ_CHARS = 100_000
"""Of a longer text only the beginning is looked at."""


class Lengths(NamedTuple):
    """How much of a hit's text is shown: both bounds hold.

    Words are the tokens of `masksearch.text`: a character of Chinese or Japanese is one.
    """

    chars: int
    words: int

    def snippet_of(self, hit: Hit, query: str) -> Hit:
        """The hit as it is shown: on one line, printable, cut around the query's words."""
        text = _one_line(hit.text[:_READ_CHARS])
        return hit.model_copy(
            update={
                "title": cut_words(_one_line(hit.title[: self.chars]), _TITLE_WORDS),
                "text": snippet(text, query, self.chars, self.words),
            }
        )


class Snippets(Wrapper):
    """Cuts what a back end found to the part that matters, and makes it safe to show.

    White space is collapsed, so that no page can forge the layout of a list of hits; tags
    and special tokens are the protocol's to escape.
    """

    def __init__(self, inner: SearchBackend, lengths: Lengths) -> None:
        super().__init__(inner)
        self._lengths = lengths

    async def search(
        self, queries: Sequence[str], *, top_k: int, guard: LeakGuard = LeakGuard()
    ) -> list[list[Hit]]:
        """Ranked hits per query, shortened."""
        found = await self._inner.search(queries, top_k=top_k, guard=guard)
        return [
            [self._lengths.snippet_of(hit, query) for hit in hits]
            for query, hits in zip(queries, found, strict=True)
        ]

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """The retriever inside, with what is shown of its hits."""
        inner = super().fingerprint(top_k=top_k, guard=guard)
        shown = {**inner.parameters, "snippet_words": self._lengths.words}
        return inner.model_copy(update={"parameters": shown, "truncation": self._lengths.chars})


def _one_line(text: str) -> str:
    return printable(encodable(" ".join(text.split())))
