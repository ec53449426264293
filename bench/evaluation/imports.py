"""Sets of questions become tasks: all of them, with what their files say."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect

COUNTS = {
    "hotpotqa": {"train": 200, "dev": 375},
    "2wiki": {"train": 500, "dev": 766},
    "musique": {"train": 100, "dev": 486},
    "bamboogle": {"test": 68},
    "freshqa": {"test": 254, "dev": 48},
    "fanoutqa": {"dev": 157},
    "cmrc2018_zh": {"dev": 1000},
}
"""What the data's README says of each file."""


def measure(place: Place) -> Iterator[Result]:
    """Every file by the command."""
    folder = place.folder("imports")
    for name, wanted in COUNTS.items():
        file = place.data_file(f"questions/{name}.jsonl.gz")
        command = ("questions", "import", name, file, "--run", "run", "--json")
        done = expect(place.masksearch(*command, cwd=folder), f"questions import {name}")
        found = json.loads(done.stdout)["splits"]
        measured = ", ".join(f"{split} {n}" for split, n in found.items() if n)
        there = {split: n for split, n in found.items() if n}
        yield Result(f"imports: {name}", measured, there == wanted)


GROUP = Group(
    "imports",
    tuple(
        Bar(f"imports: {name}", ", ".join(f"{split} {n}" for split, n in wanted.items()))
        for name, wanted in COUNTS.items()
    ),
    measure,
)
