"""Running an agent over tasks, resumably."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from masksearch.evaluation.episodes import EvalEpisode, episode_key, read_episodes
from masksearch.ports import Agent, Progress
from masksearch.progress import silent
from masksearch.schemas import Guard, Task
from masksearch.store import Ledger
from masksearch.workers import for_each


async def evaluate(
    agent: Agent,
    tasks: Sequence[Task],
    path: Path,
    *,
    benchmark: str,
    guard: Guard,
    concurrency: int,
    progress: Progress = silent,
) -> list[EvalEpisode]:
    """Run the tasks that `path` lacks and return the episodes of all, in task order.

    `agent` must search under `guard`, which is only recorded here. At most `concurrency`
    episodes run at a time; each is on the disk as soon as it ends, so a cancelled or killed
    evaluation is resumed where it was. The file may hold other guards and tasks too.
    """
    with Ledger(path, "key") as ledger:
        left = lacking(path, tasks, benchmark, guard)
        done = len(tasks) - len(left)
        progress(done, len(tasks), agent.name)

        async def work(task: Task) -> None:
            nonlocal done
            trajectory = await agent.run(task)
            ledger.append(EvalEpisode.of(agent.name, benchmark, guard, trajectory))
            done += 1
            progress(done, len(tasks), agent.name)

        await for_each(left, work, at_once=concurrency)
    found = {episode.key: episode for episode in read_episodes(path)}
    return [found[episode_key(benchmark, guard, task.id)] for task in tasks]


def lacking(path: Path, tasks: Sequence[Task], benchmark: str, guard: Guard) -> list[Task]:
    """The tasks without an episode in a row's file, which need not be there yet."""
    episodes = read_episodes(path, growing=True) if path.is_file() else ()
    there = {episode.key for episode in episodes}
    return [task for task in tasks if episode_key(benchmark, guard, task.id) not in there]
