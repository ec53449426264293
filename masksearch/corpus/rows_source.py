"""JSONL, Parquet and folders as a source: read in the parent, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeAlias

from masksearch.config import CorpusConfig
from masksearch.corpus.source import Article, Found
from masksearch.language import Language, decide_language
from masksearch.rejection import Rejection
from masksearch.schemas import Document

PART_CHARS = 2_000_000
"""Characters of text after which a part is closed."""
_SAMPLED = 40
_SAMPLED_CHARS = 2_000
_OTHERWISE = "en"

Reader: TypeAlias = Callable[[Path, CorpusConfig], Iterator[Document | Rejection]]


class Rows(NamedTuple):
    """Some documents, and how many items were read for all so far."""

    found: tuple[Document | Rejection, ...]
    read: int


@dataclass(frozen=True)
class RowSource:
    """A Source over a reader of documents."""

    path: Path
    config: CorpusConfig
    reader: Reader
    language: Language

    @property
    def size(self) -> None:
        """Not known before the end."""
        return

    def parts(self) -> Iterator[Rows]:
        """Rows in order until they make a part; raises InputError naming a row."""
        found: list[Document | Rejection] = []
        chars = read = 0
        config = self.config.changed(lang=self.language.used)
        for read, one in enumerate(self.reader(self.path, config), 1):
            found.append(one)
            chars += len(one.text) if isinstance(one, Document) else 0
            if chars >= PART_CHARS:
                yield Rows(tuple(found), read)
                found, chars = [], 0
        if found:
            yield Rows(tuple(found), read)

    def read(self, part: Rows) -> Iterator[Found]:
        """The documents of a part."""
        for one in part.found:
            yield Article(one) if isinstance(one, Document) else one


def open_rows(path: Path, config: CorpusConfig, reader: Reader) -> RowSource:
    """A source in the recipe's language, or that of its first texts where it names none."""
    if config.lang:
        return RowSource(path, config, reader, Language(config.lang))
    first = (one for one in islice(reader(path, config), _SAMPLED) if isinstance(one, Document))
    language = decide_language("", "\n\n".join(one.text[:_SAMPLED_CHARS] for one in first))
    return RowSource(path, config, reader, Language(language.used or _OTHERWISE))
