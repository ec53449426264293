"""Tests that show a bar, run by name and counted."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from typing import NamedTuple

from bench.bar import Result, Unmeasured
from bench.place import Place
from bench.processes import ROOT, run

_LIMIT = 540
_NOT_PASSED = ("failure", "error", "skipped")


class Tested(NamedTuple):
    """How many tests ran, how many passed, and how long they took."""

    passed: int
    ran: int
    seconds: float

    @property
    def told(self) -> str:
        """The counts in words."""
        failed = self.ran - self.passed
        return f"{self.passed} tests passed, {failed} failed, in {self.seconds:.0f} s"

    def result(self, bar: str) -> Result:
        """The bar that is met when every test passed."""
        return Result(bar, self.told, self.passed == self.ran > 0)


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
