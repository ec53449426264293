"""From the dump excerpt to tasks: time, number, and every task against its source."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect
from masksearch.parquet import read_shards
from masksearch.schemas import MASK, Passage, Task, masked_text
from masksearch.stages import PASSAGES, TASKS
from masksearch.store import read_records

SECONDS, NUM_PASSAGES = 10, 4000


def measure(place: Place) -> Iterator[Result]:
    """Both commands with their start-up, then every task that they made."""
    folder = place.folder("tasks")
    began = time.perf_counter()
    built = place.masksearch("corpus", "build", "--recipe", "demo", "--run", "run", cwd=folder)
    expect(built, "corpus build")
    expect(place.masksearch("ramp", "build", "--run", "run", cwd=folder), "ramp build")
    seconds = time.perf_counter() - began
    yield Result("tasks time", f"{seconds:.1f} s", seconds <= SECONDS)
    passages = {one.id: one for one in read_shards(folder / "run" / PASSAGES, Passage)}
    met = len(passages) >= NUM_PASSAGES
    yield Result("tasks passages", f"{len(passages):,} passages", met)
    yield from _against_source(read_tasks(folder / "run"), passages)


def read_tasks(run: Path) -> list[Task]:
    """The tasks of both splits."""
    names = ("train.jsonl", "heldout.jsonl")
    return [task for name in names for task in read_records(run / TASKS / name, Task)]


def _against_source(tasks: list[Task], passages: Mapping[str, Passage]) -> Iterator[Result]:
    whole = sum(_unmasks(task, passages) for task in tasks)
    measured = f"{whole:,} of {len(tasks):,} tasks"
    yield Result("tasks unmask to their source", measured, whole == len(tasks) > 0)
    labelled = sum(_is_labelled(task, passages) for task in tasks)
    measured = f"{labelled:,} of {len(tasks):,} tasks"
    yield Result("tasks num_masks", measured, labelled == len(tasks) > 0)


def _window(task: Task, passages: Mapping[str, Passage]) -> str:
    if task.lineage is None or task.window is None:
        return ""
    passage = passages.get(task.lineage.passage_id)
    return passage.text[task.window.start : task.window.end] if passage else ""


def _unmasks(task: Task, passages: Mapping[str, Passage]) -> bool:
    window = _window(task, passages)
    masked = masked_text(window, task.masks) == task.prompt.text
    return bool(window) and masked and task.unmasked() == window


def _is_labelled(task: Task, passages: Mapping[str, Passage]) -> bool:
    """Whether the blanks that a solver sees are as many as the label says."""
    seen = task.prompt.text.count(MASK) - _window(task, passages).count(MASK)
    return seen == task.num_masks == len(task.answers)


GROUP = Group(
    "tasks",
    (
        Bar("tasks time", f"≤ {SECONDS} s"),
        Bar("tasks passages", f"≥ {NUM_PASSAGES:,} passages"),
        Bar("tasks unmask to their source", "every task"),
        Bar("tasks num_masks", "real number = label, every task"),
    ),
    measure,
)
