"""Evaluation as a stage: every row in its own folder, gone on with where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from cli.rows import REWARDED, ROWS, TRAINED, UNTRAINED, Cast, Row, usual_rows
from cli.show import caption, said, table_text, trajectory_text
from cli.stages import reason_lines
from cli.work import Report, Work, heed_mismatches
from masksearch.config import Section
from masksearch.errors import InputError, StoreError
from masksearch.evaluation.runner import (
    EPISODES,
    EvalEpisode,
    episode_key,
    evaluate,
    pick_tasks,
    read_episodes,
)
from masksearch.evaluation.table import (
    Difference,
    Metric,
    compare,
    failures,
    summarise,
    summarise_row,
)
from masksearch.manifest import Stage
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Task
from masksearch.stages import EVAL, TASKS
from masksearch.store import Ledger, read_records


class RowSettings(Section):
    """What an episode of a row hangs on; how many tasks and which guards do not matter."""

    max_turns: int
    max_tokens: int
    seed: int
    top_k: int
    snippet_chars: int


def run_eval(work: Work, rows: Sequence[Row] | None = None, *, strict: bool = False) -> Report:
    """Ask every row its held-out tasks under every guard; returns the table.

    A model that was trained with another retriever is warned of; raises ConfigError when
    `strict`.
    """
    from masksearch.search.factory import SearchFactory

    rows = rows or usual_rows(work.run)
    search = SearchFactory(work.run, work.settings).open(work.recipe.search)
    cast = Cast(work, search)
    tasks = heldout_tasks(work.run)
    heed_mismatches([told for row in rows if (told := cast.mismatch(row))], strict=strict)
    for row in rows:
        _run_row(work, cast, row, tasks)
    if search.total:
        work.run.log(search.told())
    return table_report(work.run, [row.name for row in rows])


def heldout_tasks(run: RunFolder) -> list[Task]:
    """The tasks whose pages were never trained on."""
    folder = run.finished(TASKS).folder
    return list(read_records(folder / "heldout.jsonl", Task))


def table_report(run: RunFolder, names: Sequence[str] | None = None) -> Report:
    """The figures of a run's rows, and the trained model against the untrained."""
    episodes = read_rows(run, names)
    summaries = summarise([one for row in episodes.values() for one in row])
    differences = _differences(episodes)
    figures = {
        "rows": [summary.model_dump(mode="json") for summary in summaries],
        "differences": [one.model_dump(mode="json") for one in differences],
    }
    return Report(figures, [table_text(summaries), *caption(summaries), *map(said, differences)])


def compare_report(run: RunFolder, left: str, right: str) -> Report:
    """The paired differences of two rows; raises InputError when they share no task."""
    episodes = read_rows(run, [left, right])
    differences = _paired(episodes[left], episodes[right])
    if not differences:
        raise InputError(f"{left} and {right} have no task under the same guard in common")
    figures = {"differences": [one.model_dump(mode="json") for one in differences]}
    return Report(figures, list(map(said, differences)))


def failures_report(run: RunFolder, name: str, limit: int) -> Report:
    """Why a row's episodes ended without an answer, and its `limit` worst ones."""
    found = failures(read_rows(run, [name])[name], limit)
    tasks = {task.id: task for task in heldout_tasks(run)}
    shown = [trajectory_text(one.trajectory, tasks.get(one.task_id)) for one in found.worst]
    lines = [*(reason_lines(found.reasons) or ["every episode ended in an answer"]), *shown]
    return Report(found.model_dump(mode="json"), ["\n\n".join(lines)])


def read_rows(run: RunFolder, names: Sequence[str] | None = None) -> dict[str, list[EvalEpisode]]:
    """The episodes of rows by name, all that were evaluated unless told; raises StoreError."""
    found = names or evaluated_rows(run)
    if not found:
        raise StoreError(f"{run.path / EVAL.folder} holds no row: run `masksearch eval run` first")
    return {name: _episodes(run, name) for name in found}


def evaluated_rows(run: RunFolder) -> list[str]:
    """The rows that stand in a run, the known ones in their order first."""
    there = {path.parent.name for path in (run.path / EVAL.folder).glob(f"*/{EPISODES}")}
    known = [name for name in ROWS if name in there]
    return [*known, *sorted(there.difference(known))]


def _run_row(work: Work, cast: Cast, row: Row, heldout: Sequence[Task]) -> None:
    from masksearch.search.factory import SearchFactory
    from masksearch.search.fingerprints import identity

    recipe, run = work.recipe, work.run
    stage = run.own(EVAL, row.name)
    inputs: dict[str, str | Stage] = {
        "tasks": run.finished(TASKS),
        **SearchFactory(run).inputs(recipe.search),
        "retriever": identity(cast.retriever),
        **cast.inputs(row),
    }
    count = recipe.eval.tasks if row.is_model else recipe.eval.other_tasks
    tasks = pick_tasks(heldout, count, recipe.ramp.num_masks)
    settings = RowSettings(
        **recipe.eval.model_dump(include={"max_turns", "max_tokens", "seed"}),
        **recipe.search.model_dump(include={"top_k", "snippet_chars"}),
    )
    stage.begin(inputs, settings, work.if_exists)
    stage.note(retriever=cast.retriever.model_dump(mode="json"))
    for guard in recipe.eval.guards:
        if lacking(stage.folder / EPISODES, tasks, guard):
            _ask(work, cast, row, tasks, guard, stage.folder / EPISODES)
    summaries = summarise_row(stage.folder)
    stage.finish({"episodes": sum(one.n for one in summaries if one.num_masks is None)})


def lacking(path: Path, tasks: Sequence[Task], guard: Guard) -> bool:
    """Whether a task has no episode yet, so that no model is loaded for nothing."""
    with Ledger(path, "key") as ledger:
        return any(episode_key(guard, task.id) not in ledger.keys for task in tasks)


def _ask(work: Work, cast: Cast, row: Row, tasks: Sequence[Task], guard: Guard, path: Path) -> None:
    agent, concurrency = cast.agent(row, guard), work.recipe.eval.concurrency
    with work.meter(f"eval under guard {guard}") as progress:
        asyncio.run(
            evaluate(agent, tasks, path, guard=guard, concurrency=concurrency, progress=progress)
        )


def _episodes(run: RunFolder, name: str) -> list[EvalEpisode]:
    path = run.path / EVAL.folder / name / EPISODES
    if not path.is_file():
        raise StoreError(
            f"no row {name} in {run.path / EVAL.folder}; there are: "
            f"{', '.join(evaluated_rows(run)) or 'none, run `masksearch eval run` first'}"
        )
    return list(read_episodes(path))


def _differences(episodes: dict[str, list[EvalEpisode]]) -> list[Difference]:
    """Each training against what it began with."""
    pairs = ((TRAINED, UNTRAINED), (REWARDED, TRAINED))
    return [
        difference
        for after, before in pairs
        if {after, before} <= episodes.keys()
        for difference in _paired(episodes[after], episodes[before])
    ]


def _paired(left: Sequence[EvalEpisode], right: Sequence[EvalEpisode]) -> list[Difference]:
    found = [compare(left, right, metric, guard) for guard in Guard for metric in Metric]
    return [one for one in found if one is not None]
