"""Parquet files as rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from masksearch.corpus.names import readable
from masksearch.corpus.packing import magic_of, opened
from masksearch.corpus.rows import Row
from masksearch.errors import InputError

Columns = Callable[[Collection[str]], Collection[str]]
"""Chooses columns by their names."""

_BATCH = 1024


def read_parquet(source: Path, wanted: Columns) -> Iterator[Row]:
    """Rows in order, of the columns that are wanted; raises InputError for a damaged file.

    Text that is not UTF-8 comes as bytes.
    """
    try:
        with _opened(source) as file:
            names = file.schema_arrow.names
            columns = [name for name in names if name in wanted(names)]
            batches = file.iter_batches(batch_size=_BATCH, columns=columns)
            for number, values in enumerate(chain.from_iterable(map(_values, batches)), 1):
                yield Row(f"row {number}", values)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        why = " ".join(str(error).split())
        raise InputError(f"cannot read {readable(source)} as Parquet: {why}") from error


@contextmanager
def _opened(source: Path) -> Iterator[pq.ParquetFile]:
    """A packed file is unpacked in memory, since Parquet is read from its end."""
    if magic_of(source):
        with opened(source) as packed:
            data = pa.BufferReader(packed.read())
        yield pq.ParquetFile(data)
    else:
        with source.open("rb") as file:
            yield pq.ParquetFile(file)


def _values(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = batch.to_pylist()
    except UnicodeDecodeError:
        columns = [_as_bytes(column) for column in batch.columns]
        found = pa.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist()
    return found


def _as_bytes(column: pa.Array) -> pa.Array:
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return column.cast(pa.large_binary()) if is_text else column
