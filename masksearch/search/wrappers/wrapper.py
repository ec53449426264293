"""What all wrappers share: the back end inside, whose fingerprint is theirs."""

from __future__ import annotations

from masksearch.ports import SearchBackend
from masksearch.schemas import Fingerprint, Guard


class Wrapper:
    """A back end over another one that finds the same hits."""

    def __init__(self, inner: SearchBackend) -> None:
        self._inner = inner

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """What the retriever inside is."""
        return self._inner.fingerprint(top_k=top_k, guard=guard)
