"""What tests show of RAMP tasks: wild text, extractors that lie, files that others load."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bar import Bar, Group, Result
from bench.place import Place
from bench.pytests import tests


def measure(place: Place) -> Iterator[Result]:
    """Tests by their files."""
    wild = ("masksearch/test_masking.py", "masksearch/test_masking_order.py")
    yield tests(place, *wild).result("ramp shown: wild text")
    extractor = ("masksearch/test_roles_extractor.py", "masksearch/test_spans_reading.py")
    yield tests(place, *extractor).result("ramp shown: bad extractors")
    yield tests(place, "masksearch/test_dataset.py").result("ramp shown: outputs")


GROUP = Group(
    "ramp shown",
    (
        Bar("ramp shown: wild text", "every promise kept (hypothesis)"),
        Bar("ramp shown: bad extractors", "garbage, time-outs, inventions refused"),
        Bar("ramp shown: outputs", "loaded by datasets, exactly"),
    ),
    measure,
)
