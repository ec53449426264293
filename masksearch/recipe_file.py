"""How a recipe is read from YAML, and checked. Precedence: default < recipe < `--set a.b=c`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from masksearch.errors import ConfigError

C = TypeVar("C", bound=BaseModel)
_MOST_VALUES = 10_000
"""In a recipe: a few lines of aliases of aliases are more than memory holds."""
_FAULTS = {
    "extra_forbidden": "unknown key",
    "string_type": "must be text; '' is an empty one",
    "tuple_type": "must be a list, as in [a, b]",
}


def parse_overrides(assignments: Sequence[str]) -> dict[str, Any]:
    """`a.b=c` assignments as a nested mapping; values are read as YAML."""
    nested: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key.strip("."):
            raise ConfigError(f"--set {assignment!r}: write it as section.key=value")
        nested = merged(nested, _nest(key.split("."), _yaml(value, f"--set {assignment}")))
    return nested


def read_recipe(path: Path) -> dict[str, Any]:
    """A recipe file as a mapping; raises ConfigError."""
    try:
        value = _yaml(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the recipe {path}: {error}") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: a recipe is a mapping of sections")
    # YAML 1.1 reads a bare `on:` as true.
    return {"on" if key is True else key: one for key, one in value.items()}


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`, section by section."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = merged(below, value) if both else value  # type: ignore[arg-type]
    return result


def validated(kind: type[C], raw: Mapping[str, Any], where: str) -> C:
    """A config from a raw mapping; raises ConfigError naming the first bad key."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(map(str, fault["loc"]))
        raise ConfigError(f"{where}: {key}: {_FAULTS.get(fault['type'], fault['msg'])}") from error


def _nest(keys: Sequence[str], value: Any) -> dict[str, Any]:
    return {keys[0]: _nest(keys[1:], value) if len(keys) > 1 else value}


def _yaml(text: str, where: str) -> Any:
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # an impossible date; too deep
        raise ConfigError(f"{where}: not YAML: {' '.join(str(error).split())}") from error
    if _is_endless(value):
        raise ConfigError(f"{where}: no recipe is so large: its aliases (*) repeat one another")
    return value


def _is_endless(value: Any) -> bool:
    """Whether what was read holds more than any recipe does, what it repeats counted each time."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_VALUES:
        one = waiting.pop()
        seen += 1
        if isinstance(one, Mapping | list):
            waiting += one.values() if isinstance(one, Mapping) else one
    return bool(waiting)
