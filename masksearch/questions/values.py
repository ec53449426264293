"""Values of a question's row as texts, whatever form its file gives them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from masksearch.text import encodable

Fields = Mapping[str, Any]
"""A row's values by their names in small letters."""

_WITHIN = ("text", "value", "aliases", "normalized_aliases")
"""Where an answer that is an object has its texts: as SQuAD and TriviaQA write it."""


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something, by their names in small letters; `metadata` is unfolded."""
    named = {_name(name): value for name, value in row.items() if name is not None}
    more = parsed(named.pop("metadata", None))
    if isinstance(more, Mapping):
        named = {**{_name(name): value for name, value in more.items()}, **named}
    return {name: value for name, value in named.items() if not _is_null(value)}


def first(fields: Fields, *names: str) -> Any:
    """The value under the first of the names that is there; None where none is."""
    return next((fields[name] for name in names if name in fields), None)


def parsed(value: Any) -> Any:
    """What a text that holds JSON's list or object means, as tables hold them; others as they are."""
    if not isinstance(value, str) or value.strip()[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def text_of(value: Any) -> str:
    """A text, a number or a truth value as a text; empty for what is none of these."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return encodable(str(value)).strip()
    return ""


def texts_of(value: Any) -> tuple[str, ...]:
    """All texts of a value, at any depth, each once."""
    return tuple(dict.fromkeys(filter(None, _texts(value))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = [value[name] for name in _WITHIN if name in value]
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for part in value:
            yield from _texts(part)
    else:
        yield text_of(value)


def number_of(value: Any) -> int | None:
    """A whole number; None where it is none."""
    text = text_of(value)
    return int(text) if text.isascii() and text.isdigit() else None


def truth_of(value: Any) -> bool | None:
    """A truth value as JSON and tables have it; None where it is none."""
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        text_of(value).lower()
    )


def as_json(value: Any) -> str:
    """A value as JSON in one line."""
    return encodable(json.dumps(value, ensure_ascii=False, default=str))


def _name(name: object) -> str:
    return str(name).strip().lower().replace(" ", "_")


def _is_null(value: Any) -> bool:
    """Null, and not a number, which data frames write in its place."""
    return value is None or (isinstance(value, float) and math.isnan(value))
