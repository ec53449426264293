"""Span extractors by the names that `ramp.spans` knows them by."""

from __future__ import annotations

LLM = "llm"
EXTRACTORS = {
    "link": "masksearch.spans.links.LinkSpans",
    "pattern": "masksearch.spans.patterns.PatternSpans",
    "ner": "masksearch.spans.ner.NerSpans",
    LLM: "masksearch.spans.recorded.RecordedSpans",
}
"""Each class has a class method `from_recipe(RampConfig)`, save that of `llm`, which reads what
the stage `ramp extract` has found."""
