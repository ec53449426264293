"""JSON, Parquet and text files as a source: drawn in the parent, in order, made readable beside.

A row that cannot be read is counted with its reason. A file none of whose rows can be read is
not what it was taken for, and is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeAlias

from masksearch.config import CorpusConfig
from masksearch.corpus.archive import read_archive
from masksearch.corpus.articles import article_of
from masksearch.corpus.drafts import NO_TEXT, Draft, Fault, Form, draft_of
from masksearch.corpus.fields import layout_of
from masksearch.corpus.files import CorpusFile, CorpusFiles
from masksearch.corpus.jsonl import read_json
from masksearch.corpus.kinds import Kind
from masksearch.corpus.names import readable
from masksearch.corpus.namespaces import MAIN, Namespaces
from masksearch.corpus.parquet import read_parquet
from masksearch.corpus.rows import Row
from masksearch.corpus.source import Article, Found
from masksearch.corpus.tables import read_table
from masksearch.corpus.text_file import is_markdown, read_text, stem
from masksearch.errors import InputError
from masksearch.language import Language, decide_language
from masksearch.rejection import Rejection

PART_CHARS = 2_000_000
"""Characters of text after which a part is closed."""
_SAMPLED = 40
_SAMPLED_CHARS = 2_000
_OTHERWISE = "en"
_PATIENCE = 1_000
"""Rows of a file, none of which can be read, after which no more are tried."""
_READERS: Mapping[Kind, Callable[[Path, str], Iterator[Row]]] = {
    Kind.TEXT: read_text,
    Kind.ARCHIVE: read_archive,
    Kind.TABLE: read_table,
}
_OWN_NAMES = CorpusConfig()
"""Text files have their values under names of ours."""

Drawn: TypeAlias = Draft | Rejection


class Rows(NamedTuple):
    """Some drafts, and how many items were read for all so far."""

    found: tuple[Drawn, ...]
    read: int


@dataclass(frozen=True)
class RowSource:
    """A Source over files of rows."""

    files: CorpusFiles
    config: CorpusConfig
    language: Language
    namespaces: frozenset[int] = frozenset({MAIN})
    """Of pages of a wiki, those that are taken."""

    @property
    def size(self) -> None:
        """Not known before the end."""
        return

    def parts(self) -> Iterator[Rows]:
        """Drafts in order until they make a part; raises InputError naming a row."""
        found: list[Drawn] = []
        chars = read = 0
        for read, one in enumerate(self._drawn(), 1):
            found.append(one)
            chars += len(one.text) if isinstance(one, Draft) else 0
            if chars >= PART_CHARS:
                yield Rows(tuple(found), read)
                found, chars = [], 0
        if found:
            yield Rows(tuple(found), read)

    def read(self, part: Rows) -> Iterator[Found]:
        """The documents of a part, and why other items are none."""
        for one in part.found:
            yield self._made(one) if isinstance(one, Draft) else one

    def _made(self, draft: Draft) -> Found:
        if self.config.lang or draft.lang == self.language.declared:
            draft = draft._replace(lang=self.language.used)
        return article_of(draft, self._corpus(draft), self.language.used, self.namespaces)

    def _corpus(self, draft: Draft) -> str:
        """A dump's file begins with the name of its wiki: `enwiki-20260101-cirrussearch…`."""
        name = self.files.name
        return (
            self.config.name or draft.wiki or (name.partition("-")[0] if draft.namespace else name)
        )

    def _drawn(self) -> Iterator[Drawn]:
        """A draft or a refusal for each row of the files."""
        trial = _Trial()
        for file in self.files.files:
            for row in _rows(file, self.config):
                yield _with_text(trial.judge(file, row, self.config))
            if file.kind is not Kind.TEXT:
                trial.end()
                trial = _Trial()
        trial.end()


class _Trial:
    """Whether anything of a file, or of the text files together, can be read."""

    def __init__(self) -> None:
        self._reads = False
        self._faults = Counter[str]()
        self._first: dict[str, str] = {}

    def judge(self, file: CorpusFile, row: Row, config: CorpusConfig) -> Drawn:
        """The row as a draft, or why it is none; raises InputError when nothing can be read."""
        try:
            draft = _draft(file, row, config)
        except Fault as fault:
            self._faults[fault.reason] += 1
            self._first.setdefault(fault.reason, _line(file, row, fault))
            if self._faults.total() == _PATIENCE:
                self.end()
            return Rejection(item=f"{file.name}:{row.number}", reason=fault.reason)
        self._reads = True
        return draft

    def end(self) -> None:
        """Raises InputError with the commonest fault, where it was first, if nothing was read."""
        if self._faults and not self._reads:
            (reason, _), *_ = self._faults.most_common(1)
            raise InputError(self._first[reason])


def open_rows(files: CorpusFiles, config: CorpusConfig) -> RowSource:
    """A source in the recipe's language, or that of its first rows, or else of their texts."""
    wanted = Namespaces().numbered(config.namespaces)
    source = RowSource(files, config, Language(config.lang or _OTHERWISE), wanted)
    if config.lang:
        return source
    drafts = (one for one in source._drawn() if isinstance(one, Draft))
    first = list(islice(drafts, _SAMPLED))
    made = [one.document.text for one in map(source._made, first) if isinstance(one, Article)]
    said = Counter(draft.lang for draft in first if draft.lang).most_common(1)
    declared = said[0][0] if said else ""
    found = decide_language(declared, "\n\n".join(text[:_SAMPLED_CHARS] for text in made))
    seen = found.seen if declared else ""
    return replace(source, language=Language(found.used or _OTHERWISE, declared, seen))


def _rows(file: CorpusFile, config: CorpusConfig) -> Iterator[Row]:
    if file.kind is Kind.PARQUET:
        return read_parquet(file.path, lambda names: layout_of(names, config).columns(names))
    return _READERS.get(file.kind, read_json)(file.path, config.encoding)


def _draft(file: CorpusFile, row: Row, config: CorpusConfig) -> Draft:
    if file.kind is not Kind.TEXT:
        return draft_of(row, file.name, config)
    draft = draft_of(row, file.name, _OWN_NAMES)
    form = Form.MARKDOWN if is_markdown(file.path) else draft.form
    return draft._replace(form=form, other_title=stem(file.path))


def _with_text(found: Drawn) -> Drawn:
    """So that what is empty is not handed to another process."""
    if isinstance(found, Draft) and not found.text.strip():
        return Rejection(item=found.name, reason=NO_TEXT)
    return found


def _line(file: CorpusFile, row: Row, fault: Fault) -> str:
    where = f"{readable(file.path)}, {row.at}" if row.at else readable(file.path)
    return f"{where}: {fault}"
