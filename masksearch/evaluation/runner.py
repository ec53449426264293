"""Running an agent over tasks, resumably, and choosing the tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from masksearch.errors import InputError
from masksearch.ports import Agent, Progress
from masksearch.progress import silent
from masksearch.schemas import Guard, Record, Task, Trajectory
from masksearch.scoring.episodes import Score, score
from masksearch.store import Ledger, read_records
from masksearch.workers import for_each

EPISODES = "episodes.jsonl"


class EvalEpisode(Record):
    """One task solved by one row under one guard; `key` is what resuming goes by."""

    key: str
    row: str
    guard: Guard
    task_id: str
    num_masks: int
    score: Score
    trajectory: Trajectory


def episode_key(guard: Guard, task_id: str) -> str:
    """The name of an episode in its row's file."""
    return f"{guard}/{task_id}"


async def evaluate(
    agent: Agent,
    tasks: Sequence[Task],
    path: Path,
    *,
    guard: Guard,
    concurrency: int,
    progress: Progress = silent,
) -> list[EvalEpisode]:
    """Run the tasks that `path` lacks and return the episodes of all, in task order.

    `agent` must search under `guard`, which is only recorded here. At most `concurrency`
    episodes run at a time; each is on the disk as soon as it ends, so a cancelled or killed
    evaluation goes on where it was. The file may hold other guards and tasks too.
    """
    keys = {episode_key(guard, task.id): task for task in tasks}
    with Ledger(path, "key") as ledger:
        left = [task for key, task in keys.items() if key not in ledger.keys]
        done = len(keys) - len(left)
        progress(done, len(keys), agent.name)

        async def work(task: Task) -> None:
            nonlocal done
            trajectory = await agent.run(task)
            ledger.append(_episode(agent.name, guard, task, trajectory))
            done += 1
            progress(done, len(keys), agent.name)

        await for_each(left, work, at_once=concurrency)
    found = {episode.key: episode for episode in read_episodes(path)}
    return [found[key] for key in keys]


def read_episodes(path: Path) -> Iterator[EvalEpisode]:
    """The episodes of a row's file; raises InputError or SchemaError."""
    return read_records(path, EvalEpisode)


def pick_tasks(tasks: Sequence[Task], n: int, num_masks: Sequence[int]) -> list[Task]:
    """`n` tasks, the same number of each of `num_masks`, the first ones in file order.

    What does not divide evenly is left out. Raises InputError when there are too few.
    """
    wanted = dict.fromkeys(num_masks)
    share = n // len(wanted) if wanted else 0
    if not share:
        raise InputError(f"{n} tasks cannot be shared among num_masks {list(wanted)}")
    taken: Counter[int] = Counter()
    picked = []
    for task in tasks:
        if task.num_masks in wanted and taken[task.num_masks] < share:
            taken[task.num_masks] += 1
            picked.append(task)
    if short := {masks: taken[masks] for masks in wanted if taken[masks] < share}:
        have = ", ".join(f"{count} with num_masks {masks}" for masks, count in short.items())
        raise InputError(
            f"too few held-out tasks: {share} of each num_masks are wanted, there are {have}; "
            "ask for fewer with --limit, or build more tasks"
        )
    return picked


def _episode(row: str, guard: Guard, task: Task, trajectory: Trajectory) -> EvalEpisode:
    return EvalEpisode(
        key=episode_key(guard, task.id),
        row=row,
        guard=guard,
        task_id=task.id,
        num_masks=task.num_masks,
        score=score(task, trajectory),
        trajectory=trajectory,
    )
