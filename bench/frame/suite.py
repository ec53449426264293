"""The whole test suite: how long it takes, and its slowest tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.frame.trees import present
from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place

SECONDS = 480
_LIMIT, _SLOWEST = 3600, 20


def measure(place: Place) -> Iterator[Result]:
    """Of what is committed, as `make test` runs it."""
    tree = present(place, "suite")
    parallel = _parallel((tree.path / "Makefile").read_text(encoding="utf-8"))
    options = ("-q", f"--durations={_SLOWEST}", *parallel)
    done = tree.python("-m", "pytest", *options, timeout=_LIMIT)
    _, _, slowest = done.out.partition("slowest")
    for line in slowest.splitlines()[1 : _SLOWEST + 1]:
        say(line)
    found = re.findall(r"(\d+) passed.* in ([\d.]+)s", done.out)
    if not found:
        raise Unmeasured(done.tail)
    passed, seconds = int(found[-1][0]), float(found[-1][1])
    met = done.code == 0 and seconds <= SECONDS
    yield Result("pytest time", f"{passed} passed in {seconds:.0f} s, exit {done.code}", met)


def _parallel(makefile: str) -> list[str]:
    """How `make test` spreads the tests over the cores."""
    found = re.search(r"^PARALLEL := (.+)$", makefile, re.MULTILINE)
    return found[1].split() if found else []


GROUP = Group("pytest", (Bar("pytest time", f"all pass, ≤ {SECONDS} s"),), measure, minutes=11)
