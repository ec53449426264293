"""Whether a model is searched for as it was trained: the fingerprints beside its weights.

A model's folder holds `retriever.json`, the fingerprints of what it was trained with. The
guard is left out of the comparison: an evaluation varies it on purpose and shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from masksearch.errors import ConfigError, InputError, SchemaError
from masksearch.schemas import Fingerprint, Record, Trajectory, read_record
from masksearch.store import read_json, write_json
from masksearch.text import digest

RETRIEVER_FILE = "retriever.json"


class Retrievers(Record):
    """The retrievers that a model's training searched with; usually one."""

    retrievers: tuple[Fingerprint, ...]


def identity(fingerprint: Fingerprint) -> str:
    """A hash of all that a retriever is, for the manifest of a stage."""
    return digest(fingerprint.model_dump_json())


def retrievers_of(traces: Iterable[Trajectory]) -> Retrievers:
    """Those of the traces, each once."""
    found = [trace.retriever for trace in traces if trace.retriever is not None]
    distinct = {one.model_dump_json(): one for one in found}
    return Retrievers(retrievers=tuple(distinct.values()))


def keep_retrievers(model: Path, retrievers: Retrievers) -> None:
    """Write them beside a model's weights."""
    write_json(model / RETRIEVER_FILE, retrievers.model_dump(mode="json"))


def kept_retrievers(model: Path) -> Retrievers:
    """Those a model was trained with, none where nobody wrote it down.

    Raises InputError, SchemaError for a damaged file.
    """
    path = model / RETRIEVER_FILE
    if not path.is_file():
        return Retrievers(retrievers=())
    value = read_json(path)
    if not isinstance(value, dict):
        raise InputError(f"{path} is not a JSON object")
    try:
        return read_record(Retrievers, value)
    except SchemaError as error:
        raise SchemaError(f"{path}: {error}") from error


def mismatch(model: Path, used: Fingerprint) -> str:
    """How the search in use differs from what a model was trained with; empty when it does not."""
    trained = kept_retrievers(model).retrievers
    told = [_differences(one, used) for one in trained]
    if not told or not all(told):
        return ""
    nearest: list[str] = min(told, key=len)
    return f"{model} was trained with another retriever: {'; '.join(nearest)}"


def refuse_mismatches(found: Sequence[str]) -> None:
    """What `--strict` does; raises ConfigError."""
    if found:
        raise ConfigError(f"{' | '.join(found)} (--strict)")


def _differences(trained: Fingerprint, used: Fingerprint) -> list[str]:
    had, has = _facts(trained), _facts(used)
    return [
        f"{name}: {had.get(name, 'not set')} → {has.get(name, 'not set')}"
        for name in sorted({*had, *has})
        if had.get(name) != has.get(name)
    ]


def _facts(fingerprint: Fingerprint) -> dict[str, Any]:
    facts = fingerprint.model_dump(exclude={"guard", "parameters"})
    return facts | fingerprint.parameters
