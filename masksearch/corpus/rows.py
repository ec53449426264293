"""Rows of named values, as files hold them: what is read of every kind of file but dumps."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOT_UTF8, NOT_JSON, TOO_DEEP = "not UTF-8 text", "not JSON", "JSON nested too deeply"
NO_OBJECT = "not a JSON object"
ITS_ENCODING = "give its encoding with --encoding"

_NONE: Mapping[str, Any] = MappingProxyType({})


class Row(NamedTuple):
    """One item of a file, or why it cannot be read."""

    at: str
    """Where in its file it stands, as `line 17`; empty for a file that is one item."""
    values: Mapping[str, Any] = _NONE
    fault: str = ""
    """A reason from a short list; empty for a row that has values."""
    detail: str = ""

    @property
    def number(self) -> str:
        """Where it stands, as it is used in ids."""
        return self.at.rpartition(" ")[2]
