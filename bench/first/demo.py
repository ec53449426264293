"""`make demo` as a newcomer has it: time, memory, what is learnt and told, and on one core."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import Watched, expect
from bench.loop.fresh import PEAK_GB, ended, make_demo
from masksearch.run_folder import RunFolder
from masksearch.stages import DAPO, SFT

SECONDS, TRACES, STEPS, TASKS = 1800, 200, 8, 120
FORMAT, RECALL = 0.93, 0.72
ONE_CORE = ("taskset", "-c", "0")
_ONE_CORE_LIMIT = 4 * 3600
_COLUMNS = 80
_COMPARED = ("format", "recall")
_ESTIMATES = {
    "train sft": r"^train sft: 0/\d+ about .* at \d+ tokens/s",
    "train sft, later": r"^train sft: \d+/\d+ .*about .* left\)$",
    "train dapo": r"^train dapo: \d+/\d+ .*about .* left\)$",
    "eval": r"^eval \d+ of \d+, .*about .* left\)$",
}


class Figure(NamedTuple):
    """A mean with its interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}]"


class Evaluated(NamedTuple):
    """A finished demo: figures by row and metric, tasks of the row `dapo`, and its gain."""

    figures: dict[tuple[str, str], Figure]
    tasks: int
    gain: Figure


class Lessons(NamedTuple):
    """What a run learnt from; `ended` is why that is less than its recipe wants."""

    traces: int
    steps: int
    ended: str

    def __str__(self) -> str:
        return f"{self.traces} traces, {self.steps} steps {self.ended}".strip()


def measure_demo(place: Place) -> Iterator[Result]:
    """The demo from nothing, installation included."""
    done = make_demo(place)
    yield Result("demo exit", ended(done.code, done.said), done.code == 0)
    if done.code:
        raise Unmeasured("the demo did not finish")
    took = f"{done.seconds:.0f} s, install included"
    yield Result("demo time", took, done.seconds <= SECONDS)
    yield _memory("demo memory", done)
    yield from learnt(place, place.run)
    yield _estimates("demo tells how long", done.said)
    yield _closing(done.said)


def learnt(place: Place, run: Path) -> Iterator[Result]:
    """What a finished demo learnt, and how well it solves tasks then."""
    lessons, found = lessons_of(run), evaluated(place, run)
    enough = lessons.traces >= TRACES and lessons.steps >= STEPS and not lessons.ended
    yield Result("demo lessons", str(lessons), enough)
    yield Result("demo tasks", f"{found.tasks} tasks", found.tasks == TASKS)
    form, recall = (found.figures["dapo", metric] for metric in _COMPARED)
    yield Result("demo format", str(form), form.mean >= FORMAT)
    yield Result("demo token recall", str(recall), recall.mean >= RECALL)
    yield Result("demo gain", f"{found.gain} in token recall", found.gain.mean > 0)


def measure_one_core(place: Place) -> Iterator[Result]:
    """The same on one core, against the demo in the same clone or the one that was named."""
    there = place.clone / "runs" / "demo"
    first = there if (there / "report.html").exists() else place.finished_run()
    wanted, figures = lessons_of(first), evaluated(place, first).figures
    done = make_demo(place, "one-core", *ONE_CORE, limit=_ONE_CORE_LIMIT)
    yield Result("one core exit", ended(done.code, done.said), done.code == 0)
    if done.code:
        raise Unmeasured("the demo did not finish on one core")
    yield _estimates("one core tells how long", done.said, f"{done.seconds:.0f} s; ")
    yield _memory("one core memory", done)
    lessons = lessons_of(place.run)
    yield Result("one core lessons", f"{lessons}", lessons == wanted)
    yield within(evaluated(place, place.run).figures, figures)


def within(found: dict[tuple[str, str], Figure], first: dict[tuple[str, str], Figure]) -> Result:
    """Whether a run's means are inside the intervals of the first one."""
    asked = [(row, metric) for row in ("sft", "dapo") for metric in _COMPARED]
    outside = [key for key in asked if not first[key].low <= found[key].mean <= first[key].high]
    told = ", ".join(f"{row} {metric} {found[row, metric].mean:.2f}" for row, metric in asked)
    missed = "".join(f"; outside {row} {metric} {first[row, metric]}" for row, metric in outside)
    return Result("one core figures", told + missed, not outside)


def lessons_of(run: Path) -> Lessons:
    """By the manifests of a run."""
    folder = RunFolder(run)
    sft, dapo = folder.own(SFT).counts, folder.own(DAPO).counts
    return Lessons(sft.traces, dapo.steps, "; ".join(filter(None, [sft.ended, dapo.ended])))


def evaluated(place: Place, run: Path) -> Evaluated:
    """By what `eval table` says of a run; raises Unmeasured."""
    command = ("eval", "table", "--run", run, "--json")
    said = json.loads(expect(place.masksearch(*command, cwd=place.work), "eval table").out)
    overall = [row for row in said["rows"] if row["stratum"] is None and row["guard"] == "none"]
    figures = {
        (row["row"], metric): _figure(estimate)
        for row in overall
        for metric, estimate in row["figures"].items()
    }
    gains = [
        _figure(one["estimate"])
        for one in said["differences"]
        if (one["left"], one["right"], one["metric"]) == ("dapo", "sft", "recall")
    ]
    if not gains or not all((row, m) in figures for row in ("sft", "dapo") for m in _COMPARED):
        raise Unmeasured(f"{run} has no rows dapo and sft")
    tasks = next(row["n"] for row in overall if row["row"] == "dapo")
    return Evaluated(figures, tasks, gains[0])


def _memory(name: str, done: Watched) -> Result:
    peak = done.peak_bytes / 1e9
    return Result(name, f"{peak:.2f} GB, after {done.peak_seconds:.0f} s", peak <= PEAK_GB)


def _figure(estimate: dict[str, Any]) -> Figure:
    return Figure(*(float(estimate[name]) for name in Figure._fields))


def _estimates(name: str, said: str, before: str = "") -> Result:
    """Whether every long stage told how long it takes, on lines that a terminal holds."""
    lacking = [what for what, told in _ESTIMATES.items() if not re.search(told, said, re.MULTILINE)]
    told = [line for line in said.splitlines() if line.startswith(("train ", "eval "))]
    wide = [line for line in told if len(line) > _COLUMNS]
    measured = f"{len(_ESTIMATES) - len(lacking)} of {len(_ESTIMATES)} estimates, "
    measured += f"{len(wide)} of {len(told)} lines over {_COLUMNS} columns"
    return Result(name, f"{before}{measured} {' '.join(lacking)}".strip(), not lacking + wide)


def _closing(said: str) -> Result:
    """The table, the differences and three commands stand at the end."""
    end = said[said.rfind("\nWhat was learnt") :].splitlines()
    rows = sum(line.startswith("| ") for line in end) - 1
    differences = sum(line.startswith("dapo − sft") for line in end)
    commands = sum(line.startswith("  masksearch ") for line in end)
    measured = f"{rows} rows, {differences} differences, {commands} commands"
    return Result("demo end", measured, rows >= 6 and differences > 0 and commands == 3)


DEMO = Group(
    "demo",
    (
        Bar("demo exit", "exit 0 in a fresh clone"),
        Bar("demo time", f"≤ {SECONDS} s"),
        Bar("demo memory", f"≤ {PEAK_GB:.0f} GB"),
        Bar("demo lessons", f"≥ {TRACES} traces, ≥ {STEPS} steps, whole"),
        Bar("demo tasks", f"{TASKS}"),
        Bar("demo format", f"dapo ≥ {FORMAT}"),
        Bar("demo token recall", f"dapo ≥ {RECALL}"),
        Bar("demo gain", "dapo − sft: mean > 0"),
        Bar("demo tells how long", "every long stage, in 80 columns"),
        Bar("demo end", "table, differences, 3 commands"),
    ),
    measure_demo,
    minutes=30,
)
ONE_CORE_GROUP = Group(
    "one core",
    (
        Bar("one core exit", "exit 0"),
        Bar("one core tells how long", "every long stage, in 80 columns"),
        Bar("one core memory", f"≤ {PEAK_GB:.0f} GB"),
        Bar("one core lessons", "those of the first run"),
        Bar("one core figures", "inside the first run's intervals"),
    ),
    measure_one_core,
    minutes=70,
)
