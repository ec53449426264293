"""The JSON objects in what a model says, whatever stands around them; slightly broken ones, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import json_repair

READ_CHARS = 20_000
"""As much is searched for objects: every brace costs a try."""
_MENDED_CHARS = 8_000
"""As much is mended at most: the time that takes grows with the square of it."""
_UNMENDABLE = (ValueError, RecursionError, AssertionError, LookupError, TypeError, AttributeError)
"""What mending raises: wild text breaks its own assertions, too."""
_DECODER = json.JSONDecoder(strict=False)
_BRACE = re.compile(r"[{}]")


class _Stretch(NamedTuple):
    """From a brace to the one that closes it; `value` is None where that is no JSON."""

    start: int
    end: int
    value: dict[str, Any] | None


def json_objects(text: str) -> list[dict[str, Any]]:
    """The objects near the end of a text, in order.

    One that is slightly broken is mended and comes after those within it; one that is not
    closed is none, since more may have been meant to follow.
    """
    text = text[-READ_CHARS:]
    found = []
    for start, end, value in _stretches(text):
        if value is None:
            within = (one.value for one in _stretches(text[start + 1 : end - 1]))
            found += [*filter(None, within), *_mended(text[start:end])]
        else:
            found.append(value)
    return found


def is_in_object(text: str, at: int) -> bool:
    """Whether that place of a text stands within an object, broken or not."""
    begin = max(0, at - READ_CHARS // 2)
    near = text[begin : at + READ_CHARS // 2]
    return any(one.start < at - begin < one.end for one in _stretches(near))


def _stretches(text: str) -> Iterator[_Stretch]:
    closings, at = _closings(text), text.find("{")
    while at >= 0:
        value, end = _decoded(text, at)
        if value is not None:
            yield _Stretch(at, end, value)
        elif at in closings:
            end = closings[at]
            yield _Stretch(at, end, None)
        at = text.find("{", end)


def _decoded(text: str, at: int) -> tuple[dict[str, Any] | None, int]:
    """The object that begins there and where it ends, or None and where to look next."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, at + 1
    return value, end


def _closings(text: str) -> dict[int, int]:
    """Behind which brace each one is closed, whatever stands between them."""
    ends, waiting = {}, []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            waiting.append(brace.start())
        elif waiting:
            ends[waiting.pop()] = brace.end()
    return ends


def _mended(text: str) -> list[dict[str, Any]]:
    if len(text) > _MENDED_CHARS:
        return []
    try:
        value = json_repair.loads(text, skip_json_loads=True)
    except _UNMENDABLE:
        return []
    return [value] if isinstance(value, dict) else []
