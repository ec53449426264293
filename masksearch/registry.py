"""Classes that are named in a list, a line each, so that a new one is its file and that line."""

from __future__ import annotations

from importlib import import_module
from typing import TypeVar

T = TypeVar("T")


def instances(kind: type[T], *paths: str) -> tuple[T, ...]:
    """One object of each class, in order; `paths` are their modules and names, with dots.

    Raises TypeError for a class that is no `kind`.
    """
    return tuple(_instance(kind, path) for path in paths)


def _instance(kind: type[T], path: str) -> T:
    module, _, name = path.rpartition(".")
    made = getattr(import_module(module), name)()
    if not isinstance(made, kind):
        raise TypeError(f"{path} is no {kind.__name__}")
    return made
