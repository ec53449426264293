"""`make demo` and `make test` in a fresh clone with an empty `.venv`."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place, stage_seconds
from bench.harness.processes import ROOT, Watched, expect, run, watch
from masksearch.evaluation.rows import ROWS

# Twenty minutes for the loop up to SFT, ten for DAPO, five for the row that it adds.
DEMO_SECONDS, SFT_SECONDS, PEAK_GB = 2100, 540, 6.0
TEST_SECONDS, COVERED, TRAINING_COVERED = 600, 90.0, 80.0
_DEMO_LIMIT, _TEST_LIMIT = 5400, 3600
MINIATURE = "tests.integration.test_miniature"
_NOT_PASSED = ("failure", "error", "skipped")
_PLAIN = ("masksearch", "graphs", "prompts", "cli")


def measure_demo(place: Place) -> Iterator[Result]:
    """The demo from nothing; its run folder is the one that is judged from then on."""
    done = make_demo(place)
    yield Result("demo exit", ended(done.code, done.said), done.code == 0)
    finished = done.code == 0
    seconds_met = finished and done.seconds <= DEMO_SECONDS
    yield Result("demo time", f"{done.seconds:.0f} s, install included", seconds_met)
    peak = done.peak_bytes / 1e9
    measured = f"{peak:.2f} GB, after {done.peak_seconds:.0f} s"
    yield Result("demo memory", measured, finished and peak <= PEAK_GB)
    table = [line for line in done.said.splitlines() if line.lstrip().startswith("|")]
    rows = [row.name for row in ROWS if any(row.name in line for line in table)]
    yield Result("demo table", f"{len(rows)} of {len(ROWS)} rows", len(rows) == len(ROWS))
    if not finished:
        raise Unmeasured("the demo did not finish")
    took = stage_seconds(place.run, "sft")
    yield Result("demo SFT time", f"{took:.0f} s", took <= SFT_SECONDS)


def make_demo(
    place: Place, name: str = "demo", *before: str, limit: float = _DEMO_LIMIT
) -> Watched:
    """`make demo` in the fresh clone, as run `name`, which is judged from then on.

    `before` are the words of a command that starts it.
    """
    place.run = place.clone / "runs" / name
    command = (*before, "make", "demo", f"RUN=runs/{name}")
    log = place.work / f"{name}.log"
    return watch(*command, cwd=place.clone, env=place.clone_env, log=log, limit=limit)


def measure_tests(place: Place) -> Iterator[Result]:
    """`make test` from nothing, what its tests took, and what they run through when counted."""
    report = place.work / "junit.xml"
    env = {**place.clone_env, "PYTEST_ADDOPTS": f"--junitxml={report}"}
    log = place.work / "test.log"
    done = watch("make", "test", cwd=place.clone, env=env, log=log, limit=_TEST_LIMIT)
    yield Result("test exit", ended(done.code, done.said), done.code == 0)
    if not report.exists():
        raise Unmeasured("pytest left no report")
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    yield _miniature(suite)
    took, ran = float(suite.get("time", "inf")), suite.get("tests")
    yield Result("test time", f"{took:.0f} s for {ran} tests", took <= TEST_SECONDS)
    files = _coverage(place)
    shares = {name: covered(files, (name,)) for name in (*_PLAIN, "training")}
    measured = " ".join(f"{name} {shares[name]:.1f}" for name in _PLAIN)
    together = covered(files, _PLAIN)
    yield Result("test coverage", f"{together:.1f} % ({measured})", together >= COVERED)
    training = shares["training"]
    yield Result("test coverage of training", f"{training:.1f} %", training >= TRAINING_COVERED)


def measure_loopback(place: Place) -> Iterator[Result]:
    """The fence itself: its own tests try to leave, and must be refused."""
    python = ROOT / ".venv" / "bin" / "python"
    env = {**place.env, "PYTEST_ADDOPTS": "-q -p no:cacheprovider"}
    done = run(python, "-m", "pytest", "tests/test_loopback.py", cwd=ROOT, env=env, timeout=120)
    measured = done.out.strip().splitlines()[-1:] or [done.tail]
    yield Result("test loopback", measured[0], done.code == 0)


def covered(files: Mapping[str, Any], packages: tuple[str, ...]) -> float:
    """Percent of the packages' statements that were run."""
    sums = [one["summary"] for path, one in files.items() if Path(path).parts[0] in packages]
    statements = sum(one["num_statements"] for one in sums)
    return 100 * sum(one["covered_lines"] for one in sums) / statements if statements else 0.0


def _miniature(suite: ElementTree.Element) -> Result:
    cases = [one for one in suite.iter("testcase") if MINIATURE in one.get("classname", "")]
    seconds = sum(float(one.get("time", 0)) for one in cases)
    passed = sum(not any(part.tag in _NOT_PASSED for part in one) for one in cases)
    measured = f"{passed} of {len(cases)} tests passed in {seconds:.0f} s"
    return Result("test miniature", measured, passed == len(cases) > 0)


def _coverage(place: Place) -> dict[str, Any]:
    log = place.work / "coverage.log"
    counted = watch(
        "make", "coverage", cwd=place.clone, env=place.clone_env, log=log, limit=_TEST_LIMIT
    )
    if counted.code:
        raise Unmeasured(f"make coverage: {ended(counted.code, counted.said)}")
    python, path = place.clone / ".venv" / "bin" / "python", place.work / "coverage.json"
    command = (python, "-m", "coverage", "json", "-q", "-o", path)
    expect(run(*command, cwd=place.clone, env=place.clone_env), "coverage json")
    files: dict[str, Any] = json.loads(path.read_text())["files"]
    return files


def ended(code: int, said: str) -> str:
    """How a command ended; of one that failed, its last words."""
    return "exit 0" if code == 0 else f"exit {code}: {' '.join(said[-160:].split())}"


DEMO = Group(
    "demo",
    (
        Bar("demo exit", "exit 0 in a fresh clone"),
        Bar("demo time", f"≤ {DEMO_SECONDS} s"),
        Bar("demo memory", f"≤ {PEAK_GB:.0f} GB"),
        Bar("demo table", "every row printed"),
        Bar("demo SFT time", f"≤ {SFT_SECONDS} s"),
    ),
    measure_demo,
    minutes=40,
)
TESTS = Group(
    "test",
    (
        Bar("test exit", "exit 0 in a fresh clone"),
        Bar("test time", f"≤ {TEST_SECONDS} s of pytest"),
        Bar("test miniature", "the whole loop, end to end"),
        Bar("test coverage", f"≥ {COVERED:.0f} % of {' '.join(_PLAIN)}"),
        Bar("test coverage of training", f"≥ {TRAINING_COVERED:.0f} %"),
    ),
    measure_tests,
    minutes=40,
)
LOOPBACK = Group("loopback", (Bar("test loopback", "every way out is refused"),), measure_loopback)
