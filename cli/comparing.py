"""Two rows against each other, and why one row fails, as reports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from cli.pricing import row_prices
from cli.show import difference_lines, headline, trajectory_text, wrapped
from cli.stages import reason_lines
from cli.work import Report, existing_run
from masksearch.errors import InputError
from masksearch.evaluation.answerable_part import answerable_of
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.comparison import (
    Change,
    Changes,
    Difference,
    adjusted,
    changes,
    differences,
)
from masksearch.evaluation.failures import Failures, failures
from masksearch.evaluation.rows import present_name
from masksearch.evaluation.stage import read_rows, unknown_lines
from masksearch.evaluation.table import ScoredEpisode
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.scoring.episodes import given_answer

_OF_RUN = ":"
_IDS_SHOWN = 6


class Named(NamedTuple):
    """A row as the user named it, with its episodes and their tasks."""

    name: str
    episodes: Sequence[ScoredEpisode]
    tasks: Mapping[str, Task]
    notes: Sequence[str]


def compare_report(
    run: RunFolder, benchmark: Benchmark, left: str, right: str, limit: int
) -> Report:
    """The paired differences of two rows, and `limit` tasks that each solves alone.

    A row of another run is `RUN:ROW`; several with commas between are one, whose figures of a
    task are averaged, as those of several seeds. Raises StoreError for a row that is not there,
    and InputError when they share no task.
    """
    ours, theirs = (_named(run, benchmark, name) for name in (left, right))
    found = _differences(ours, theirs)
    if not found:
        raise InputError(f"{left} and {right} have no task under the same guard in common")
    shared = dict.fromkeys(one.guard for one in found)
    changed = [changes(ours.episodes, theirs.episodes, guard) for guard in shared]
    part = _answerable(ours, theirs, answerable_of(run, benchmark))
    figures = {
        "differences": [one.model_dump(mode="json") for one in found],
        "answerable": [one.model_dump(mode="json") for one in part],
        "changes": [_figures(one) for one in changed],
    }
    told = [line for one in changed for line in _changed_lines(one, ours, theirs, limit)]
    beside = ["", "On the answerable part", "", *difference_lines(part)] if part else []
    lines = [*difference_lines(found), *beside, *ours.notes, *theirs.notes, *told]
    return Report(figures, lines)


def _differences(ours: Named, theirs: Named) -> list[Difference]:
    """What differs, under the names that the user gave."""
    return [
        one.model_copy(update={"left": ours.name, "right": theirs.name})
        for one in adjusted(differences(ours.episodes, theirs.episodes))
    ]


def _answerable(ours: Named, theirs: Named, ids: Set[str] | None) -> list[Difference]:
    """The same on the tasks whose evidence can be reached; none where that was not measured."""
    if ids is None:
        return []
    left, right = (
        row._replace(episodes=[one for one in row.episodes if one.episode.task_id in ids])
        for row in (ours, theirs)
    )
    return _differences(left, right)


def failures_report(run: RunFolder, benchmark: Benchmark, name: str, limit: int) -> Report:
    """What a row's episodes failed at, and its `limit` worst ones."""
    rows = read_rows(run, benchmark, [name])
    answerable = answerable_of(run, benchmark)
    found = failures(rows.episodes[present_name(name)], rows.tasks, limit, answerable)
    shown = [trajectory_text(one.trajectory, rows.tasks[one.task_id]) for one in found.worst]
    lines = [
        *_cluster_lines(found),
        *(reason_lines(found.reasons) or ["every episode ended in an answer"]),
        *shown,
    ]
    return Report(found.model_dump(mode="json"), ["\n\n".join([*lines, *unknown_lines(rows)])])


def scores_report(run: RunFolder, benchmark: Benchmark, name: str) -> Report:
    """The figures of a row's episodes one by one; no text of a task or an answer is among them."""
    rows = read_rows(run, benchmark, [name], row_prices(run, benchmark))
    found = [_scores(one) for one in rows.episodes[present_name(name)]]
    return Report({"episodes": found}, [json.dumps(one, ensure_ascii=False) for one in found])


def _scores(one: ScoredEpisode) -> dict[str, Any]:
    episode = one.episode
    return {
        "task_id": episode.task_id,
        "sample": episode.sample,
        "guard": episode.guard.value,
        "part": one.stratum,
        "status": episode.trajectory.status.value,
        "right": one.is_right,
        **one.figures,
        **({"unavailable": dict(one.unavailable)} if one.unavailable else {}),
    }


def _named(run: RunFolder, benchmark: Benchmark, names: str) -> Named:
    """The episodes of a row, or of several that count as one."""
    given = [name.strip() for name in names.split(",") if name.strip()]
    rows = [_one_named(run, benchmark, name) for name in given]
    if not rows:
        raise InputError("name two rows")
    return Named(
        ",".join(row.name for row in rows),
        [one for row in rows for one in row.episodes],
        {name: task for row in rows for name, task in row.tasks.items()},
        [note for row in rows for note in row.notes],
    )


def _one_named(run: RunFolder, benchmark: Benchmark, name: str) -> Named:
    """A row's episodes; of another run where its folder stands before the name."""
    folder, of_run, row = name.partition(_OF_RUN)
    elsewhere = bool(of_run) and Path(folder).is_dir()
    there, wanted = (existing_run(Path(folder)), row) if elsewhere else (run, name)
    rows = read_rows(there, benchmark, [wanted])
    shown = name if elsewhere else present_name(name)
    return Named(shown, rows.episodes[present_name(wanted)], rows.tasks, unknown_lines(rows))


def _figures(one: Changes) -> dict[str, Any]:
    return {
        "guard": one.guard.value,
        "gains": [change.task_id for change in one.gains],
        "losses": [change.task_id for change in one.losses],
        "shared": one.shared,
        "only_left": one.alone[0],
        "only_right": one.alone[1],
    }


def _changed_lines(one: Changes, ours: Named, theirs: Named, limit: int) -> list[str]:
    apart = [
        f"Left out: {count} tasks that only {name} has under guard {one.guard}."
        for count, name in zip(one.alone, (ours.name, theirs.name), strict=True)
        if count
    ]
    return [
        "",
        *apart,
        f"Guard {one.guard}: of {one.shared} tasks {ours.name} solves {len(one.gains)} that "
        f"{theirs.name} does not, {theirs.name} {len(one.losses)} that {ours.name} does not.",
        *_change_lines("gain", one.gains[:limit], ours, theirs),
        *_change_lines("loss", one.losses[:limit], ours, theirs),
    ]


def _change_lines(what: str, found: Sequence[Change], ours: Named, theirs: Named) -> list[str]:
    lines = []
    for change in found:
        task = ours.tasks[change.task_id]
        lines += [
            "",
            f"{what}: {headline(task)}",
            *wrapped(task.prompt.text),
            *wrapped(f"{ours.name}: {_answers(change.left)}"),
            *wrapped(f"{theirs.name}: {_answers(change.right)}"),
            *wrapped(f"right: {' / '.join(accepted[0] for accepted in task.answers)}"),
        ]
    return lines


def _answers(samples: Sequence[ScoredEpisode]) -> str:
    told = [
        given_answer(one.episode.trajectory).replace("\n", " / ")
        or f"({one.episode.trajectory.status})"
        for one in samples
    ]
    return " | ".join(told)


def _cluster_lines(found: Failures) -> list[str]:
    """How many tasks failed at what, and the first of them by id."""
    lines = [f"{found.right} of {found.n} episodes are right"]
    for cluster, ids in found.clusters.items():
        more = f" and {len(ids) - _IDS_SHOWN} more" if len(ids) > _IDS_SHOWN else ""
        lines.append(f"{len(ids):>5}  {cluster}\n       {', '.join(ids[:_IDS_SHOWN])}{more}")
    return ["\n".join(lines)]
