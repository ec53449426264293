"""States as a store of checkpoints holds them: plain data, and our own types by name.

LangGraph's own serializer imports and calls whatever a store names, unless an environment
variable was set before it was imported. A run folder may come from anybody, so here a name is
looked up among the types that the state is made of, and what it stands for is validated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from inspect import isclass
from typing import Any, get_args, get_type_hints

import ormsgpack
from langgraph.checkpoint.serde.jsonplus import (
    EXT_CONSTRUCTOR_KW_ARGS,
    EXT_CONSTRUCTOR_SINGLE_ARG,
    EXT_PYDANTIC_V2,
    JsonPlusSerializer,
)
from pydantic import BaseModel, TypeAdapter

from masksearch.errors import StoreError

_OURS = frozenset({"masksearch", "graphs"})
_FORMS = frozenset({EXT_CONSTRUCTOR_SINGLE_ARG, EXT_CONSTRUCTOR_KW_ARGS, EXT_PYDANTIC_V2})
"""How enumerations, data classes and models are written."""


class StateSerializer:
    """Implements LangGraph's SerializerProtocol for the values of a state's channels."""

    def __init__(self, state: type) -> None:
        self._writer = JsonPlusSerializer()
        self._kinds = {(kind.__module__, kind.__name__): kind for kind in own_types(state)}

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """A value's form and bytes, as LangGraph writes them."""
        return self._writer.dumps_typed(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value; raises StoreError for what no state holds."""
        form, packed = data
        if form == "null":
            return None
        if form != "msgpack":
            raise StoreError(f"it holds values in the form {form!r}")
        reading = _Reading(self._kinds)
        try:
            return reading.unpacked(packed)
        except (ValueError, TypeError, RecursionError) as error:
            raise StoreError(reading.fault or str(error)) from error


class _Reading:
    """A value that is being read; msgpack does not pass on why it was refused, `fault` does."""

    def __init__(self, kinds: Mapping[tuple[str, str], type]) -> None:
        self.fault = ""
        self._kinds = kinds

    def unpacked(self, packed: bytes) -> Any:
        """Plain data, with what is packed in it of our own; raises ValueError, TypeError."""
        return ormsgpack.unpackb(packed, ext_hook=self._rebuilt, option=ormsgpack.OPT_NON_STR_KEYS)

    def _rebuilt(self, form: int, packed: bytes) -> Any:
        match self.unpacked(packed):
            case [str(module), str(name), fields, *_] if form in _FORMS:
                if kind := self._kinds.get((module, name)):
                    return _adapter(kind).validate_python(fields)
                raise self._refused(f"it names {module}.{name}, which is no part of a state")
        raise self._refused(f"it holds an extension of the kind {form}")

    def _refused(self, reason: str) -> ValueError:
        self.fault = reason
        return ValueError(reason)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def own_types(state: type) -> set[type]:
    """The classes of this project that a state's values are made of, at any depth."""
    found: set[type] = set()
    _collect(get_type_hints(state).values(), found)
    return found


def _collect(annotations: Iterable[Any], found: set[type]) -> None:
    for one in annotations:
        _collect(get_args(one), found)
        if isclass(one) and one.__module__.partition(".")[0] in _OURS and one not in found:
            found.add(one)
            _collect(_parts(one), found)


def _parts(kind: type) -> list[Any]:
    if issubclass(kind, BaseModel):
        return [field.annotation for field in kind.model_fields.values()]
    return list(get_type_hints(kind).values())
