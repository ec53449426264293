"""Classes that are named in a list or a table, a line each, so that a new one is its file and that line."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, TypeVar

from masksearch.errors import ConfigError

T = TypeVar("T")


def instances(kind: type[T], *paths: str) -> tuple[T, ...]:
    """One object of each class, in order; `paths` are their modules and names, with dots.

    Raises TypeError for a class that is no `kind`.
    """
    return tuple(_instance(kind, path) for path in paths)


def class_named(table: Mapping[str, str], name: str, what: str) -> Any:
    """The class whose path a table has under a name; its module is imported only now.

    Raises ConfigError, with `what` it should have been, where the table has no such name.
    """
    if name not in table:
        raise ConfigError(f"no {what} {name!r}: there are {', '.join(table)}")
    return _class_at(table[name])


def _instance(kind: type[T], path: str) -> T:
    made = _class_at(path)()
    if not isinstance(made, kind):
        raise TypeError(f"{path} is no {kind.__name__}")
    return made


def _class_at(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
