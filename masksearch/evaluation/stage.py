"""Evaluation as a stage: every row in its own folder, resumed where it was."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from masksearch.config import Section
from masksearch.counts import RowCounts
from masksearch.errors import StoreError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks import DEFAULT_BENCHMARK
from masksearch.evaluation.episodes import evaluated, own_row, read_episodes
from masksearch.evaluation.judgements import read_judgements
from masksearch.evaluation.prices import Prices
from masksearch.evaluation.row import EvalContext, Inputs, Row
from masksearch.evaluation.rows import present_name
from masksearch.evaluation.runner import evaluate, lacking
from masksearch.evaluation.table import ScoredEpisode, scored, summarise
from masksearch.manifest import IfExists
from masksearch.ports import Progress
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Task
from masksearch.search.fingerprints import identity, mismatch
from masksearch.stages import EPISODES, EVAL, SUMMARY
from masksearch.store import write_json

NO_PRICES: Mapping[str, Prices] = {}
Meter = Callable[[str], AbstractContextManager[Progress]]
"""Progress for a job of that name."""


class RowSettings(Section):
    """What an episode of a row depends on; how many tasks and which guards do not matter."""

    max_turns: int
    max_tokens: int
    seed: int
    top_k: int
    snippet_chars: int


class EvaluatedRows(NamedTuple):
    """The episodes of rows on a benchmark, by row, with the tasks that they are of.

    `unknown` counts by row the episodes whose task the benchmark no longer has.
    """

    benchmark: Benchmark
    episodes: dict[str, list[ScoredEpisode]]
    tasks: dict[str, Task]
    unknown: dict[str, int]


@dataclass(frozen=True)
class Evaluation:
    """Rows that are to solve a benchmark's tasks under the recipe's guards."""

    context: EvalContext
    benchmark: Benchmark
    if_exists: IfExists
    meter: Meter

    def mismatches(self, rows: Iterable[Row]) -> list[str]:
        """How the search in use differs from what rows' models were trained with."""
        trained = [weights for row in rows if (weights := row.weights(self.context.run))]
        found = [mismatch(weights, self.context.retriever) for weights in trained]
        return [difference for difference in found if difference]

    def run(self, rows: Iterable[Row]) -> None:
        """Have every row solve the tasks that it lacks; raises MaskSearchError."""
        tasks, chosen = list(self.benchmark.tasks(self.context.run)), list(rows)
        for number, row in enumerate(chosen, 1):
            self._run_row(row, tasks, f"eval {number} of {len(chosen)}")

    def _run_row(self, row: Row, tasks: Sequence[Task], place: str) -> None:
        context, benchmark = self.context, self.benchmark
        stage = own_row(context.run, benchmark.name, row.name)
        settings = context.settings
        picked = benchmark.pick(tasks, row.num_tasks(settings), context.num_masks)
        stage.begin(self._inputs(row), self._settings(), self.if_exists)
        stage.note(retriever=context.retriever.model_dump(mode="json"))
        path = stage.folder / EPISODES
        for guard in settings.guards:
            if lacking(path, picked, benchmark.name, guard):  # so that no model loads for nothing
                self._ask(row, picked, guard, path, f"{place}, guard {guard}")
        stage.finish(RowCounts(episodes=self._summarise(path, tasks)))

    def _inputs(self, row: Row) -> Inputs:
        context = self.context
        return {
            **self.benchmark.inputs(context.run),
            **context.search_inputs,
            "retriever": identity(context.retriever),
            **row.inputs(context),
        }

    def _settings(self) -> RowSettings:
        context = self.context
        return RowSettings(
            **context.settings.model_dump(include={"max_turns", "max_tokens", "seed"}),
            **context.search_settings.model_dump(include={"top_k", "snippet_chars"}),
        )

    def _ask(self, row: Row, tasks: Sequence[Task], guard: Guard, path: Path, what: str) -> None:
        agent = row.agent(self.context, guard)
        with self.meter(what) as progress:
            asyncio.run(
                evaluate(
                    agent,
                    tasks,
                    path,
                    benchmark=self.benchmark.name,
                    guard=guard,
                    concurrency=self.context.settings.concurrency,
                    progress=progress,
                )
            )

    def _summarise(self, path: Path, tasks: Iterable[Task]) -> int:
        """Write a row's `summary.json` beside its episodes; returns how many it is about."""
        by_id = {task.id: task for task in tasks}
        found = scored(read_episodes(path), by_id, self.benchmark)
        summaries = [summary.model_dump(mode="json") for summary in summarise(found)]
        write_json(path.with_name(SUMMARY), summaries)
        return len(found)


def read_rows(
    run: RunFolder,
    benchmark: Benchmark,
    names: Sequence[str] | None = None,
    prices: Mapping[str, Prices] | None = None,
) -> EvaluatedRows:
    """The episodes of rows by name, of all that were evaluated unless named.

    `prices` are of rows whose models are paid by tokens.

    Raises StoreError for a row that is not there, and where there is none.
    """
    there = {one.row: one.path for one in evaluated(run, benchmark.name)}
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


def _evaluate_first(run: RunFolder, benchmark: Benchmark) -> str:
    return f"run `{_command(benchmark)} --run {shlex.quote(str(run.path))}` first"


def _command(benchmark: Benchmark) -> str:
    named = f" --bench {benchmark.name}" if benchmark.name != DEFAULT_BENCHMARK else ""
    return f"masksearch eval run{named}"
