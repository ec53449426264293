"""Engines against a local server that answers as their APIs do, and pages that attack."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bar import Bar, Group, Result
from bench.place import Place
from bench.pytests import tests

_ENGINES = "masksearch/test_search_engines.py"
_WRAPPERS = "masksearch/test_search_wrappers.py"
_PLANTED = (
    "masksearch/test_search_planted.py",
    "training/test_conversation_tokens.py::test_every_special_token_is_mere_text_in_a_message",
)
_PAID = "test_results_in_hand_are_not_paid_for_again_when_another_query_failed"


def measure(place: Place) -> Iterator[Result]:
    """Tests by their files."""
    yield tests(place, _ENGINES).result("engines")
    yield tests(place, f"{_WRAPPERS}::{_PAID}").result("paid calls")
    yield tests(place, *_PLANTED).result("planted attacks")


GROUP = Group(
    "engines",
    (
        Bar("engines", "one contract, one set of faults for 6"),
        Bar("paid calls", "never repeated with results in hand"),
        Bar("planted attacks", "text; parsing, rewards unmoved"),
    ),
    measure,
)
