"""Rows become drafts of questions, in the layout of their benchmark; what is none is told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from masksearch.corpus.rows import NOT_JSON, NOT_UTF8, Row
from masksearch.corpus.tables import NOT_A_TABLE
from masksearch.errors import InputError
from masksearch.ports import Progress
from masksearch.progress import silent
from masksearch.questions.files import QuestionFile, split_named
from masksearch.questions.layout import ID, NO_ANSWER, UNANSWERABLE, Draft, Layout, Unreadable
from masksearch.questions.layouts import PLAIN, layout_marked, layout_named
from masksearch.questions.layouts.two_wiki import ALIAS_ID, ANSWER_ID
from masksearch.questions.values import Fields, fields_of, first, parsed, text_of, texts_of
from masksearch.schemas.questions import DEV

OTHER_SPLIT, UNKNOWN_SPLIT = "of another split", "of an unknown split"
HIDDEN = "in a file without answers"
EXPECTED = frozenset({UNANSWERABLE, HIDDEN, OTHER_SPLIT})
"""Reasons that are no fault of a file."""
_CUT_SHORT = (NOT_JSON, NOT_UTF8, NOT_A_TABLE)
_FIRST = ("line 1", "element 1")
"""Where a file that is no more than its beginning ends."""
_TOLD_EVERY = 1000
_ALIASES = ("aliases", "demonyms")


class Asked(NamedTuple):
    """A question that was read: where it stands, and its split."""

    draft: Draft
    split: str
    file: QuestionFile
    at: str

    @property
    def place(self) -> str:
        """File and line, for a person."""
        return f"{self.file.name}, {self.at}" if self.at else self.file.name


class Refused(NamedTuple):
    """A row that is no question, and why."""

    item: str
    reason: str
    detail: str = ""


class Wanted(NamedTuple):
    """What is read: as which set, and of which split alone where one is given."""

    name: str
    split: str = ""


class Reading:
    """The questions of some files, in order, and what was refused of them."""

    def __init__(
        self, files: Sequence[QuestionFile], wanted: Wanted, progress: Progress = silent
    ) -> None:
        """Raises InputError for a file that is not the set's, is cut short, or cannot be read."""
        self.asked: list[Asked] = []
        self.refused: list[Refused] = []
        self.left_out = Counter[str]()
        self.layouts: set[Layout] = set()
        self._wanted = wanted
        self._progress = progress
        self._rows = 0
        self._set = layout_named(wanted.name)
        tables = [one for one in files if _is_of_aliases(one)]
        self._aliases = {key: texts for one in tables for key, texts in _aliases_in(one)}
        for file in files:
            if file not in tables:
                self._read(file)

    def _read(self, file: QuestionFile) -> None:
        found, refused = list[Asked](), list[Refused]()
        layout = self._set
        for row in _without_torn_end(file):
            self._tell(file)
            fields = fields_of(row.values)
            layout = layout or (_layout_of(file, fields) if fields else None)
            self._check_own(file, row, fields)
            try:
                found.append(self._asked(file, layout or PLAIN, row, fields))
            except Unreadable as fault:
                item = text_of(first(fields, *ID)) or f"{file.name}: {row.at}"
                refused.append(Refused(item, fault.reason, fault.detail))
        self._keep(file, layout or PLAIN, found, refused)

    def _keep(
        self, file: QuestionFile, layout: Layout, found: list[Asked], refused: list[Refused]
    ) -> None:
        """Take a file's questions; raises InputError for one that was named and has none."""
        if not found and all(one.reason == NO_ANSWER for one in refused):
            refused = [one._replace(reason=HIDDEN) for one in refused]
        if found or any(one.reason in EXPECTED for one in refused):
            self.asked += found
            self.refused += refused
            self.layouts.add(layout)
        elif file.is_within:
            self.left_out["without questions"] += 1
        else:
            raise InputError(f"{file.name} holds no question ({_commonest(refused)})")

    def _asked(self, file: QuestionFile, layout: Layout, row: Row, fields: Fields) -> Asked:
        if row.fault:
            raise Unreadable(row.fault, row.detail)
        draft = layout.draft(self._with_aliases(fields))
        own = split_named(draft.split)
        if draft.split and not own:
            raise Unreadable(UNKNOWN_SPLIT, draft.split)
        wanted = self._wanted.split
        if wanted and own not in ("", wanted):
            raise Unreadable(OTHER_SPLIT, own)
        split = wanted or own or layout.split or file.split or DEV
        return Asked(draft, split, file, row.at)

    def _tell(self, file: QuestionFile) -> None:
        self._rows += 1
        if self._rows % _TOLD_EVERY == 0:
            self._progress(self._rows, None, file.name)

    def _with_aliases(self, fields: Fields) -> Fields:
        known = self._aliases.get(text_of(fields.get(ANSWER_ID)))
        return {"answer_aliases": known, **fields} if known else fields

    def _check_own(self, file: QuestionFile, row: Row, fields: Fields) -> None:
        """Raises InputError where a row, or else the file's name, is another benchmark's."""
        own = self._set
        if own is None or own.marks(fields):
            return
        other = layout_marked(fields) or layout_named(_last(file.name))
        if other is not None and other is not own:
            raise InputError(
                f"{file.name}, {row.at}: this is {other.title}, not {own.title}: import it as "
                f"{other.name}, or under a name of your own"
            )


def _layout_of(file: QuestionFile, fields: Fields) -> Layout:
    return layout_marked(fields) or layout_named(_last(file.name)) or PLAIN


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _without_torn_end(file: QuestionFile) -> Iterator[Row]:
    """A file's rows; raises InputError where the last one is torn, since half a set is none."""
    last: Row | None = None
    width, is_any_whole = 0, False
    for row in file.rows():
        if last is not None:
            yield last
        last = row
        is_any_whole = is_any_whole or not row.fault
        width = width or len(row.values)
    if last is None:
        raise InputError(f"{file.name} is empty")
    is_torn = last.fault in _CUT_SHORT and (is_any_whole or last.at in _FIRST)
    if is_torn or (file.is_table and len(last.values) < width):
        why = f" ({last.detail})" if last.detail else ""
        raise InputError(
            f"{file.name} is cut short or damaged in its last row, {last.at}{why}: fetch it again"
        )
    yield last


def _is_of_aliases(file: QuestionFile) -> bool:
    row = next(file.rows(), None)
    fields = fields_of(row.values) if row else {}
    return ALIAS_ID in fields and any(name in fields for name in _ALIASES)


def _aliases_in(file: QuestionFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Aliases, and the words for who lives there, as its evaluation takes them together."""
    for row in _without_torn_end(file):
        fields = fields_of(row.values)
        texts = texts_of([parsed(fields.get(name)) for name in _ALIASES])
        yield text_of(fields.get(ALIAS_ID)), texts


def _commonest(refused: Sequence[Refused]) -> str:
    """The reason that most rows share, and where it was first."""
    reason, _ = Counter(one.reason for one in refused).most_common(1)[0]
    where = next(one for one in refused if one.reason == reason)
    return f"{where.item}: {reason}" + (f": {where.detail}" if where.detail else "")
