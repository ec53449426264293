"""The credit for the pages that a report quotes: title, address, revision and licence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from masksearch.errors import InputError
from masksearch.report.cases import Case

_COLUMNS = ("id", "title", "url", "revision", "timestamp", "licence")
LICENCES = {"CC BY-SA": "https://creativecommons.org/licenses/by-sa/4.0/"}
"""Where the terms of a licence stand; Wikipedia offers its texts under version 4.0."""


class Credit(NamedTuple):
    """A page and where it is from; what the corpus did not say is empty."""

    id: str
    title: str
    url: str = ""
    revision: str = ""
    timestamp: str = ""
    licence: str = ""

    @property
    def terms(self) -> str:
        """The address of the licence's text, where it is known."""
        return LICENCES.get(self.licence, "")


def credits_of(cases: Iterable[Case], documents: Path) -> list[Credit]:
    """One credit per page that the cases quote, by title; raises InputError.

    What `01-documents` does not hold any more is credited as far as hits and tasks tell.
    """
    every = list(cases)
    wanted = {page for case in every for page in case.pages}
    found = _told(every) | _recorded(documents, wanted)
    return sorted((found[page] for page in wanted), key=lambda one: (one.title, one.id))


def _recorded(documents: Path, wanted: set[str]) -> dict[str, Credit]:
    rows = []
    for shard in sorted(documents.glob("*.parquet")) if wanted else ():
        chosen = [("id", "in", sorted(wanted))]
        try:
            rows += pq.read_table(shard, columns=list(_COLUMNS), filters=chosen).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"cannot read {shard}: {error}") from error
    return {row["id"]: Credit(*(row[name] or "" for name in _COLUMNS)) for row in rows}


def _told(cases: Iterable[Case]) -> dict[str, Credit]:
    """What the quotes themselves say of their pages."""
    found: dict[str, Credit] = {}
    for case in cases:
        for shown in (hit for tried in case.tries for turn in tried.turns for hit in turn.hits):
            found[shown.page] = Credit(shown.page, shown.hit.title, shown.hit.url)
    for case in cases:
        if source := case.task.lineage:
            page = source.passage_id.rpartition("#")[0] or source.passage_id
            title = case.task.prompt.title
            found[page] = Credit(page, title, source.url, source.revision, "", source.licence)
    return found
