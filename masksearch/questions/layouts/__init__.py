"""The benchmarks' layouts: each one a file here and a line below; other rows are plain."""

from __future__ import annotations

from masksearch.questions.layout import Layout
from masksearch.questions.values import Fields
from masksearch.registry import instances

_HERE = "masksearch.questions.layouts"
LAYOUTS = instances(
    Layout,
    f"{_HERE}.hotpotqa.HotpotQA",
    f"{_HERE}.two_wiki.TwoWiki",
    f"{_HERE}.musique.MuSiQue",
    f"{_HERE}.bamboogle.Bamboogle",
    f"{_HERE}.fanoutqa.FanOutQA",
    f"{_HERE}.freshqa.FreshQA",
)
PLAIN = Layout()


def layout_named(name: str) -> Layout | None:
    """That of the benchmark whose name a set's or a file's begins with; None for other names."""
    return next((one for one in LAYOUTS if one.is_named(name)), None)


def layout_marked(fields: Fields) -> Layout | None:
    """That of the benchmark whose marks a row has; None for a plain row."""
    return next((one for one in LAYOUTS if one.marks(fields)), None)
