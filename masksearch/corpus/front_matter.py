"""What a Markdown file says of itself before its text, between lines of `---` or `+++`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any, NamedTuple

import yaml

_FENCED = re.compile(
    r"\A(?:---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)|\+\+\+[ \t]*\n(?P<toml>.*?)^\+\+\+)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_NULLS = ("", "~", "null", "Null", "NULL")
_FAULTS = (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError)


class FrontMatter(NamedTuple):
    """The values by their names in lower case, and the text behind them."""

    values: dict[str, Any]
    text: str


def split_front_matter(text: str) -> FrontMatter:
    """Values and text; what cannot be read as front matter is text."""
    found = _FENCED.match(text)
    if not found:
        return FrontMatter({}, text)
    written = found["yaml"] if found["yaml"] is not None else found["toml"]
    read = _yaml if found["yaml"] is not None else tomllib.loads
    values = _read(read, written)
    if values is None:
        return FrontMatter({}, text)
    return FrontMatter(values, text[found.end() :])


def _read(read: Callable[[str], Any], written: str) -> dict[str, Any] | None:
    try:
        values = read(written)
    except _FAULTS:
        return None
    if not isinstance(values, dict):
        return {} if values in (None, "") else None
    return {str(name).lower(): value for name, value in values.items() if _says(value)}


def _says(value: Any) -> bool:
    return isinstance(value, str | int | float) and value not in _NULLS


def _yaml(written: str) -> Any:
    return yaml.load(written, Loader=yaml.BaseLoader)  # texts of everything
