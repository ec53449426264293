"""Every command's `--help`: how long it takes, and what it imports."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect, run

SECONDS, TRIES = 1.5, 2
HEAVY = ("torch", "transformers", "langgraph", "langchain_openai")
# In one process, so that a module which any of them imports is seen.
_WALK = """
import io, json, sys
from contextlib import redirect_stdout
from typer.main import get_command
from cli.main import app, main

def walk(command, path):
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, [*path, name])

paths = list(walk(get_command(app), []))
with redirect_stdout(io.StringIO()):
    codes = [main([*path, "--help"]) for path in paths]
print(json.dumps({"paths": paths, "failed": sum(map(bool, codes)), "modules": list(sys.modules)}))
"""


class Walked(NamedTuple):
    """Every command by its words, how many helps failed, and all that was imported."""

    paths: list[list[str]]
    failed: int
    modules: list[str]


def measure(place: Place) -> Iterator[Result]:
    """Imports of all of them, then each by the clock as a process of its own."""
    done = run(sys.executable, "-c", _WALK, cwd=place.work, env=place.env)
    walked = Walked(**json.loads(expect(done, "--help").out))
    heavy = [name for name in HEAVY if name in walked.modules]
    measured = (
        f"imports {', '.join(heavy) or 'none'}; {walked.failed} of {len(walked.paths)} failed"
    )
    yield Result("help imports", measured, not heavy and not walked.failed)
    times = {" ".join(path): _seconds(place, path) for path in walked.paths}
    slowest = max(times, key=lambda name: times[name])
    measured = f"{times[slowest]:.2f} s at most, of {len(times)} (masksearch {slowest})"
    yield Result("help time", measured, times[slowest] < SECONDS)


def _seconds(place: Place, path: list[str]) -> float:
    asked = (*path, "--help")
    runs = [place.masksearch(*asked, cwd=place.work) for _ in range(TRIES)]
    return min(expect(one, "masksearch " + " ".join(asked)).seconds for one in runs)


GROUP = Group(
    "help",
    (
        Bar("help imports", f"none of {', '.join(HEAVY)}"),
        Bar("help time", f"< {SECONDS} s each, the better of {TRIES}"),
    ),
    measure,
    minutes=2,
)
