"""Tests that show a bar, run by name and counted."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import ROOT, run

_LIMIT = 540
_NOT_PASSED = ("failure", "error", "skipped")


class Tested(NamedTuple):
    """How many tests ran, how many passed, and how long they took."""

    passed: int
    ran: int
    seconds: float

    @property
    def measured(self) -> str:
        """The counts in words."""
        failed = self.ran - self.passed
        return f"{self.passed} tests passed, {failed} failed, in {self.seconds:.0f} s"

    def result(self, bar: str) -> Result:
        """The bar that is met when every test passed."""
        return Result(bar, self.measured, self.passed == self.ran > 0)


def tests(place: Place, *names: str) -> Tested:
    """Run tests by file or `file::name`, one after another in one process."""
    report = place.folder(f"tests-{len(list(place.work.glob('tests-*')))}") / "junit.xml"
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    wanted = [f"tests/{name}" for name in names]
    done = run(
        *command, f"--junitxml={report}", *wanted, cwd=ROOT, env=place.env, timeout=_LIMIT
    )  # fmt: skip
    if not report.exists():
        raise Unmeasured(f"pytest ended with {done.code}: {done.tail}")
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    passed = sum(not any(part.tag in _NOT_PASSED for part in one) for one in cases)
    return Tested(passed, len(cases), done.seconds)


class Shown(NamedTuple):
    """What is wanted, and the tests that show it, by file or `file::name`."""

    wanted: str
    tests: tuple[str, ...]


def shown_by_tests(name: str, bars: Mapping[str, Shown]) -> Group[Place]:
    """A group whose every bar is met when its tests pass."""

    def measure(place: Place) -> Iterator[Result]:
        for bar, shown in bars.items():
            yield tests(place, *shown.tests).result(bar)

    return Group(name, tuple(Bar(bar, one.wanted) for bar, one in bars.items()), measure)


_DAPO = "training/test_dapo_trainer.py::test_a_collapsed_policy_stops_training_with_the_reason"
_PAID = "test_results_in_hand_are_not_paid_for_again_when_another_query_failed"
_SPECIAL = "test_every_special_token_is_mere_text_in_a_message"

REWARDS = shown_by_tests(
    "reward tests",
    {
        "planted gold answer": Shown(
            "earns nothing",
            ("masksearch/test_scoring_reward.py::test_a_planted_answer_earns_nothing",),
        ),
        "collapsed policy": Shown("stopped, the reason in one line", (_DAPO,)),
    },
)
RAMP = shown_by_tests(
    "ramp shown",
    {
        "ramp shown: wild text": Shown(
            "every promise kept (hypothesis)",
            ("masksearch/test_masking.py", "masksearch/test_masking_order.py"),
        ),
        "ramp shown: bad extractors": Shown(
            "garbage, time-outs, inventions refused",
            ("masksearch/test_roles_extractor.py", "masksearch/test_spans_reading.py"),
        ),
        "ramp shown: outputs": Shown(
            "loaded by datasets, exactly", ("masksearch/test_dataset.py",)
        ),
    },
)
ENGINES = shown_by_tests(
    "engines",
    {
        "engines": Shown(
            "one contract, one set of faults for 6", ("masksearch/test_search_engines.py",)
        ),
        "paid calls": Shown(
            "never repeated with results in hand",
            (f"masksearch/test_search_wrappers.py::{_PAID}",),
        ),
        "planted attacks": Shown(
            "text; parsing, rewards unmoved",
            (
                "masksearch/test_search_planted.py",
                f"training/test_conversation_tokens.py::{_SPECIAL}",
            ),
        ),
    },
)
