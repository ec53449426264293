"""Parquet files as documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from masksearch.config import CorpusConfig
from masksearch.corpus.rows import Rows
from masksearch.errors import InputError
from masksearch.rejection import Rejection
from masksearch.schemas import Document


def read_parquet(source: Path, config: CorpusConfig) -> Iterator[Document | Rejection]:
    """Rows in order; raises InputError naming the row."""
    rows = Rows(config.name or source.stem, config)
    for number, row in enumerate(_rows(source, config)):
        yield rows.read(row, f"{source}, row {number + 1}")


def _rows(source: Path, config: CorpusConfig) -> Iterator[dict[str, Any]]:
    wanted = {config.id_field, config.title_field, config.text_field}
    try:
        file = pq.ParquetFile(source)
        columns = [name for name in file.schema_arrow.names if name in wanted]
        if missing := sorted(wanted - set(columns)):
            have = ", ".join(file.schema_arrow.names)
            raise InputError(f"{source}: no column {missing[0]!r} (columns there: {have})")
        for batch in file.iter_batches(batch_size=1024, columns=columns):
            yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"cannot read {source} as Parquet: {error}") from error
