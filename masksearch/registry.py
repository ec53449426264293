"""Implementations by the names that recipes and options know them by.

An entry is `module:Class`; a module is imported when its name is used, so that a name costs
nothing until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from masksearch.errors import ConfigError

LLM = "llm"
EXTRACTORS = {
    "link": "masksearch.spans.links:LinkSpans",
    "pattern": "masksearch.spans.patterns:PatternSpans",
    "ner": "masksearch.spans.ner:NerSpans",
    LLM: "masksearch.spans.recorded:RecordedSpans",
}
"""Span extractors, for `ramp.spans`; each has a class method `from_recipe(RampConfig)`, save
that of `llm`, which reads what the stage `ramp extract` has found."""


def implementation(table: Mapping[str, str], name: str, what: str) -> Any:
    """The class under a name; raises ConfigError where the table has no such name."""
    if name not in table:
        raise ConfigError(f"no {what} {name!r}: there are {', '.join(table)}")
    module, _, title = table[name].partition(":")
    return getattr(import_module(module), title)
