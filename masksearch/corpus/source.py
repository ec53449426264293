"""Where documents come from: something in parts, each of which any process can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeAlias

from masksearch.corpus.versions import Version
from masksearch.language import Language
from masksearch.rejection import Rejection
from masksearch.schemas import Document

_NONE: Mapping[str, int] = MappingProxyType({})


class Article(NamedTuple):
    """A document, and what of its source is not in it: links and paragraphs, by reason."""

    document: Document
    links_lost: Mapping[str, int] = _NONE
    left_out: Mapping[str, int] = _NONE


class Refused(NamedTuple):
    """An item that is no document, and whose older versions are none for it, either."""

    rejection: Rejection
    version: Version


Found: TypeAlias = Article | Refused | Rejection


class Source(Protocol):
    """Documents in a fixed order, cut into parts by rules that look at the source alone."""

    @property
    def size(self) -> int | None:
        """How far its last part reads, in the measure of `part.read`; None: not known before."""
        ...

    @property
    def language(self) -> Language:
        """The language of the documents."""
        ...

    def parts(self) -> Iterator[Any]:
        """The parts in order, each with `read`, how far the source is read with it."""
        ...

    def read(self, part: Any) -> Iterator[Found]:
        """The documents of a part, and why other items are none; raises InputError."""
        ...
