"""Two rows against each other, and why one row fails, as reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cli.show import difference_lines, headline, trajectory_text, wrapped
from cli.stages import reason_lines
from cli.work import Report, existing_run
from masksearch.errors import InputError
from masksearch.evaluation.answerable_part import answerable_of
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.comparison import Change, Changes, adjusted, changes, differences
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

    A row of another run is `RUN:ROW`. Raises StoreError for a row that is not there, and
    InputError when they share no task.
    """
    ours, theirs = (_named(run, benchmark, name) for name in (left, right))
    found = [
        one.model_copy(update={"left": ours.name, "right": theirs.name})
        for one in adjusted(differences(ours.episodes, theirs.episodes))
    ]
    if not found:
        raise InputError(f"{left} and {right} have no task under the same guard in common")
    shared = dict.fromkeys(one.guard for one in found)
    changed = [changes(ours.episodes, theirs.episodes, guard) for guard in shared]
    figures = {
        "differences": [one.model_dump(mode="json") for one in found],
        "changes": [_figures(one) for one in changed],
    }
    told = [line for one in changed for line in _changed_lines(one, ours, theirs, limit)]
    return Report(figures, [*difference_lines(found), *ours.notes, *theirs.notes, *told])


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


def _named(run: RunFolder, benchmark: Benchmark, name: str) -> Named:
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
