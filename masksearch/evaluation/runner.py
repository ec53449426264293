"""Running an agent over tasks, resumably, into a file whose order is that of the tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.errors import InputError, StoreError
from masksearch.evaluation.episodes import EvalEpisode, episode_key, line_key
from masksearch.flushing import Flushing
from masksearch.ports import Agent, Progress
from masksearch.progress import silent
from masksearch.schemas import Guard, Task
from masksearch.store import Ledger, read_lines, sort_lines
from masksearch.text import digest
from masksearch.workers import for_each

_SEEDS = 2**31
"""Endpoints take seeds of 32 bits, and a turn's is a little more than its episode's."""


class Sampling(NamedTuple):
    """How often each task is tried, and what the tries are drawn from; without a seed, nothing."""

    samples: int = 1
    seed: int | None = None


ONCE = Sampling()


class Try(NamedTuple):
    """One try at a task: what its episode is known by, and what it is drawn from."""

    task: Task
    sample: int
    key: str
    seed: int | None


def tries(
    tasks: Sequence[Task], benchmark: str, guard: Guard, sampling: Sampling = ONCE
) -> Iterator[Try]:
    """All that is tried under a guard, task by task."""
    for task in tasks:
        for sample in range(sampling.samples):
            key = episode_key(benchmark, guard, task.id, sample)
            yield Try(task, sample, key, _seed(sampling, task, sample))


def _seed(sampling: Sampling, task: Task, sample: int) -> int | None:
    if sampling.seed is None:
        return None
    return int(digest("try", str(sampling.seed), task.id, str(sample)), 16) % _SEEDS


async def evaluate(
    agent: Agent,
    tasks: Sequence[Task],
    path: Path,
    *,
    benchmark: str,
    guard: Guard,
    concurrency: int,
    sampling: Sampling = ONCE,
    progress: Progress = silent,
) -> None:
    """Make the episodes that `path` lacks.

    `agent` must search under `guard`, which is only recorded here. At most `concurrency`
    episodes run at a time; each is written as soon as it ends, so a cancelled or killed
    evaluation is resumed where it was. The file may hold other guards and tasks too. What
    `for_each` raises is raised.
    """
    wanted = list(tries(tasks, benchmark, guard, sampling))
    with Ledger(path, line_key) as ledger:
        left = [one for one in wanted if one.key not in ledger.keys]
        progress(len(wanted) - len(left), len(wanted), agent.name)

        async def work(one: Try) -> None:
            ended = await (
                agent.run(one.task) if one.seed is None else agent.run(one.task, one.seed)
            )
            ledger.write(EvalEpisode.of(agent.name, benchmark, guard, ended, one.sample))
            flushing.wanted()
            there.append(one)
            progress(len(wanted) - len(left) + len(there), len(wanted), agent.name)

        there: list[Try] = []
        async with Flushing(ledger) as flushing:
            await for_each(left, work, at_once=concurrency)


def lacking(path: Path, wanted: Sequence[Try]) -> list[Try]:
    """Those without an episode in a row's file, which need not be there yet."""
    lines = read_lines(path, growing=True) if path.is_file() else ()
    there = {line_key(raw) for _, raw in lines}
    return [one for one in wanted if one.key not in there]


def arrange(path: Path, tasks: Sequence[Task], wanted: Sequence[Try]) -> None:
    """Put a row's file in order: by guard, then by task, then by sample; unknown tasks come last.

    Raises StoreError unless every wanted episode is there, InputError for one that is twice:
    figures of fewer, or of more, would not be those that were asked for.
    """
    guards = {guard.value: rank for rank, guard in enumerate(Guard)}
    order = {task.id: rank for rank, task in enumerate(tasks)}
    found: Counter[str] = Counter()

    def place(raw: Mapping[str, Any]) -> tuple[int, ...]:
        found[line_key(raw)] += 1
        task = order.get(str(raw.get("task_id")), len(order))
        return (guards.get(str(raw.get("guard")), len(guards)), task, int(raw.get("sample", 0)))

    sort_lines(path, place)
    if missing := [one.key for one in wanted if not found[one.key]]:
        raise StoreError(
            f"{path}: {len(missing):,} of {len(wanted):,} episodes are missing, the first of them "
            f"{missing[0]}: the same command makes them"
        )
    if twice := [key for key, times in found.items() if times > 1]:
        raise InputError(
            f"{path}: the episode {twice[0]} stands there {found[twice[0]]} times: use "
            "--if-exists restart to make the row again"
        )
