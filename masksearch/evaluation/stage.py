"""The rows of an evaluation as they stand in a run, read for figures."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from masksearch.errors import StoreError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks import DEFAULT_BENCHMARK
from masksearch.evaluation.episodes import evaluated, read_episodes
from masksearch.evaluation.judgements import read_judgements
from masksearch.evaluation.prices import Prices
from masksearch.evaluation.rows import present_name
from masksearch.evaluation.table import ScoredEpisode, scored
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.stages import EVAL

NO_PRICES: Mapping[str, Prices] = {}


class EvaluatedRows(NamedTuple):
    """The episodes of rows on a benchmark, by row, with the tasks that they are of.

    `unknown` counts by row the episodes whose task the benchmark no longer has.
    """

    benchmark: Benchmark
    episodes: dict[str, list[ScoredEpisode]]
    tasks: dict[str, Task]
    unknown: dict[str, int]


def read_rows(
    run: RunFolder,
    benchmark: Benchmark,
    names: Sequence[str] | None = None,
    prices: Mapping[str, Prices] | None = None,
) -> EvaluatedRows:
    """The episodes of rows by name, of all that were evaluated unless named.

    `prices` are of rows whose models are paid by tokens. Raises StoreError for a row that is not
    there, and where there is none; ConfigError where the run cannot have the benchmark.
    """
    there = {one.row: one.path for one in evaluated(run, benchmark.name)}
    if not there:
        benchmark.check(run)
    wanted = [present_name(name) for name in names] if names else list(there)
    if not wanted:
        raise StoreError(
            f"{run.path / EVAL.folder} holds no row: {_evaluate_first(run, benchmark)}"
        )
    if missing := [name for name in wanted if name not in there]:
        have = ", ".join(there) or f"none, {_evaluate_first(run, benchmark)}"
        raise StoreError(f"no row {missing[0]} in {run.path / EVAL.folder}; there are: {have}")
    paths = {name: there[name] for name in wanted}
    return read_paths(paths, benchmark.tasks(run), benchmark, prices or {})


def read_paths(
    paths: Mapping[str, Path],
    tasks: Iterable[Task],
    benchmark: Benchmark,
    prices: Mapping[str, Prices] = NO_PRICES,
) -> EvaluatedRows:
    """The episodes of rows by their files, also of an evaluation that is running."""
    read = {name: list(read_episodes(path, growing=True)) for name, path in paths.items()}
    wanted = {episode.task_id for row in read.values() for episode in row}
    known = {task.id: task for task in tasks if task.id in wanted}
    found = {
        name: scored(row, known, benchmark, read_judgements(paths[name]), prices.get(name))
        for name, row in read.items()
    }
    unknown = {name: len(read[name]) - len(row) for name, row in found.items()}
    return EvaluatedRows(benchmark, found, known, {n: c for n, c in unknown.items() if c})


def unknown_lines(rows: EvaluatedRows) -> list[str]:
    """What a reader must know of episodes that are not in a table."""
    return [
        f"Left out: {count} episodes of {name}, whose tasks {rows.benchmark.name} no longer has: "
        f"run `{_command(rows.benchmark)} --rows {name} --if-exists restart`."
        for name, count in rows.unknown.items()
    ]


def unfinished_lines(run: RunFolder, rows: EvaluatedRows) -> list[str]:
    """Of which rows a table shows only so much as there is yet."""
    return [
        f"Not finished: {one.row} on {rows.benchmark.name}, which has {len(rows.episodes[one.row]):,} "
        "episodes so far; the command that began it goes on."
        for one in evaluated(run, rows.benchmark.name)
        if one.row in rows.episodes and not one.stage.done
    ]


def _evaluate_first(run: RunFolder, benchmark: Benchmark) -> str:
    return f"run `{_command(benchmark)} --run {shlex.quote(str(run.path))}` first"


def _command(benchmark: Benchmark) -> str:
    named = f" --bench {benchmark.name}" if benchmark.name != DEFAULT_BENCHMARK else ""
    return f"masksearch eval run{named}"
