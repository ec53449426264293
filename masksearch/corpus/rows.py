"""Documents from rows of named fields, as JSONL and Parquet files hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masksearch.config import CorpusConfig
from masksearch.errors import InputError
from masksearch.rejection import Rejection
from masksearch.schemas import Document


class Rows:
    """Turns rows into documents."""

    def __init__(self, corpus: str, config: CorpusConfig) -> None:
        self._corpus = corpus
        self._config = config

    def read(self, row: Mapping[str, Any], where: str) -> Document | Rejection:
        """The document of a row; raises InputError naming `where` the row stands."""
        fields = (self._config.id_field, self._config.title_field, self._config.text_field)
        name, title, text = (self._field(row, field, where) for field in fields)
        if not text.strip():
            return Rejection(item=name, reason="no text")
        return Document(
            id=f"{self._corpus}:{name}",
            title=title,
            text=text,
            corpus=self._corpus,
            lang=self._config.lang or "en",
        )

    def _field(self, row: Mapping[str, Any], field: str, where: str) -> str:
        if row.get(field) is None:
            have = ", ".join(sorted(row)) or "none"
            raise InputError(f"{where}: no field {field!r} (fields there: {have})")
        value = row[field]
        if not isinstance(value, str | int):
            raise InputError(f"{where}: the field {field!r} is not text")
        return str(value)
