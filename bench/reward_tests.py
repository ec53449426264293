"""Rewards that cannot be tricked, and a policy that has collapsed."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bar import Bar, Group, Result
from bench.place import Place
from bench.pytests import tests

_PLANTED = "masksearch/test_scoring_reward.py::test_a_planted_answer_earns_nothing"
_COLLAPSED = "test_a_collapsed_policy_stops_training_with_the_reason"


def measure(place: Place) -> Iterator[Result]:
    """Tests by their names."""
    yield tests(place, _PLANTED).result("planted gold answer")
    yield tests(place, f"training/test_dapo_trainer.py::{_COLLAPSED}").result("collapsed policy")


GROUP = Group(
    "reward tests",
    (
        Bar("planted gold answer", "earns nothing"),
        Bar("collapsed policy", "stopped, the reason in one line"),
    ),
    measure,
)
