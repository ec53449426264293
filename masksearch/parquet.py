"""Records as shards: Parquet files, each whole or not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from masksearch.errors import InputError, SchemaError
from masksearch.schemas import R, Record, read_record
from masksearch.store import whole_file

_ARROW_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def write_shard(path: Path, records: Iterable[Record]) -> None:
    """Write records as one Parquet shard, renamed into place when it is whole."""
    records = list(records)
    schema = _schema(type(records[0])) if records else None
    table = pa.Table.from_pylist([_row(record) for record in records], schema=schema)
    with whole_file(path) as file:
        pq.write_table(table, file, compression="zstd")
    del table
    pa.default_memory_pool().release_unused()  # it keeps six times what a shard takes at once


@cache
def _schema(kind: type[Record]) -> pa.Schema:
    """Arrow's types of a record, so that shards of empty lists match those of full ones."""
    fields = kind.model_fields.items()
    return pa.schema([(name, _arrow_type(field.annotation)) for name, field in fields])


def _arrow_type(annotation: Any) -> pa.DataType:
    if get_origin(annotation) is tuple:
        return pa.list_(_arrow_type(get_args(annotation)[0]))
    if hasattr(annotation, "_asdict"):
        fields = get_type_hints(annotation).items()
        return pa.struct([(name, _arrow_type(part)) for name, part in fields])
    return _ARROW_TYPES[annotation]


def _row(record: Record) -> dict[str, Any]:
    """A record with its named tuples as structs, since Arrow's lists hold one type."""
    row = record.model_dump(mode="json")
    for name, value in record:
        if isinstance(value, tuple) and value and hasattr(value[0], "_asdict"):
            row[name] = [part._asdict() for part in value]
    return row


def read_shards(folder: Path, kind: type[R]) -> Iterator[R]:
    """The records of a folder's Parquet shards, in the order of their names."""
    for shard in sorted(folder.glob("*.parquet")):
        yield from read_shard(shard, kind)


def read_shard(path: Path, kind: type[R]) -> Iterator[R]:
    """The records of one Parquet shard; raises InputError or SchemaError."""
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=1024):
            yield from (read_record(kind, row) for row in batch.to_pylist())
    except SchemaError as error:
        raise SchemaError(f"{path}: {error}") from error
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"cannot read {path}: {error}") from error
