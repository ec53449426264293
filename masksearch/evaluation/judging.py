"""Having a model read the answers of a row that no comparison of strings can score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from masksearch.errors import ChatError
from masksearch.evaluation.episodes import EvalEpisode, read_episodes
from masksearch.evaluation.judgements import JUDGEMENTS, Judgement, judgement_key
from masksearch.evaluation.metrics.fresh import is_judged
from masksearch.ports import Progress
from masksearch.progress import silent
from masksearch.schemas import Task
from masksearch.scoring.episodes import given_answer
from masksearch.store import Ledger, read_records
from masksearch.workers import for_each


class Finding(Protocol):
    """Whether an answer is right by either rule, and why."""

    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def relaxed(self) -> bool: ...  # noqa: D102
    @property
    def strict(self) -> bool: ...  # noqa: D102


class Reader(Protocol):
    """Who judges."""

    @property
    def name(self) -> str:
        """The model and the prompt in use."""
        ...

    async def judge(self, task: Task, answer: str) -> Finding:
        """What it finds of an answer; raises ChatError where no verdict can be read."""
        ...


class Judged(NamedTuple):
    """How many answers a judge has read, and why it could not read others."""

    judged: int
    unread: dict[str, int]


async def judge_row(
    judge: Reader,
    tasks: Mapping[str, Task],
    path: Path,
    *,
    concurrency: int,
    progress: Progress = silent,
) -> Judged:
    """Have the answers in a row's file judged that this judge has not read before.

    What was judged is on the disk at once. An answer of which no verdict can be read stays
    without one, and is counted; what `for_each` raises is raised.
    """
    waiting = _waiting(judge.name, tasks, path)
    done, unread = 0, dict[str, int]()
    with Ledger(path.with_name(JUDGEMENTS), "key") as ledger:
        progress(0, len(waiting), judge.name)

        async def work(episode: EvalEpisode) -> None:
            nonlocal done
            try:
                found = await judge.judge(tasks[episode.task_id], given_answer(episode.trajectory))
            except ChatError as error:
                unread[str(error)] = unread.get(str(error), 0) + 1
                return
            ledger.append(_record(episode, judge.name, found))
            done += 1
            progress(done, len(waiting), judge.name)

        await for_each(waiting, work, at_once=concurrency)
    return Judged(done, unread)


def _record(episode: EvalEpisode, judge: str, found: Finding) -> Judgement:
    return Judgement.of(
        episode, judge, relaxed=found.relaxed, strict=found.strict, reason=found.reason
    )


def _waiting(judge: str, tasks: Mapping[str, Task], path: Path) -> Sequence[EvalEpisode]:
    """The episodes with an answer that a judge has not read."""
    kept = path.with_name(JUDGEMENTS)
    known = {one.key for one in read_records(kept, Judgement)} if kept.is_file() else set()
    return [
        one
        for one in read_episodes(path, growing=True)
        if one.task_id in tasks and is_judged(tasks[one.task_id]) and given_answer(one.trajectory)
        if judgement_key(one, judge) not in known
    ]
