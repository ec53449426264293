"""`masksearch eval judge`: a model reads answers that no comparison of strings can score."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.stages import reason_lines
from cli.work import Report, Work
from masksearch.errors import InputError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.episodes import Evaluated, evaluated
from masksearch.evaluation.judging import judge_row
from masksearch.evaluation.metrics.fresh import is_judged
from masksearch.evaluation.rows import present_name
from masksearch.schemas import Task

if TYPE_CHECKING:
    from masksearch.roles.fresh_judge import FreshJudge


def judge_rows(work: Work, benchmark: Benchmark, names: Sequence[str]) -> Report:
    """Have the answers of rows judged, of all that there are unless named.

    Raises ModelError where no judge's endpoint is set, and InputError where nothing is to be
    judged.
    """
    from masksearch.role_prompt import role_prompt
    from masksearch.roles.fresh_judge import ROLE, FreshJudge

    tasks = {task.id: task for task in benchmark.tasks(work.run) if is_judged(task)}
    if not tasks:
        raise InputError(f"{benchmark.name} has no questions for a judge: only FreshQA's have")
    rows = _rows(work, benchmark, names)
    judge = FreshJudge(work.chats.role("judge"), role_prompt(work.library, ROLE))
    return _judged(work, judge, tasks, rows)


def _judged(
    work: Work, judge: FreshJudge, tasks: dict[str, Task], rows: Sequence[Evaluated]
) -> Report:
    figures, lines = {}, []
    for row in rows:
        with work.meter(f"judge {row.row}", at_once=work.recipe.eval.concurrency) as progress:
            found = asyncio.run(
                judge_row(
                    judge,
                    tasks,
                    row.path,
                    concurrency=work.recipe.eval.concurrency,
                    progress=progress,
                )
            )
        figures[row.row] = {"judged": found.judged, "unread": found.unread}
        lines += [f"{row.row}: {found.judged} answers judged", *reason_lines(found.unread)]
    return Report({"judge": judge.name, "rows": figures}, lines)


def _rows(work: Work, benchmark: Benchmark, names: Sequence[str]) -> list[Evaluated]:
    there = evaluated(work.run, benchmark.name)
    wanted = [present_name(name) for name in names]
    if missing := [name for name in wanted if name not in {one.row for one in there}]:
        have = ", ".join(one.row for one in there) or "none"
        raise InputError(f"no row {missing[0]} on {benchmark.name}; there are: {have}")
    if not there:
        raise InputError(f"no row was evaluated on {benchmark.name}")
    return [one for one in there if not wanted or one.row in wanted]
