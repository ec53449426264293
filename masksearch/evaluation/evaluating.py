"""Evaluation as a stage: every row of every benchmark in its own folder, resumed where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple

from masksearch.config import EvalConfig, Section
from masksearch.counts import RowCounts
from masksearch.errors import ChatStopped, InputError, RunStopped, Undone
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.episodes import own_row, read_episodes
from masksearch.evaluation.row import EvalContext, Inputs, Row
from masksearch.evaluation.rows import usual_rows
from masksearch.evaluation.runner import (
    ONCE,
    Sampling,
    Try,
    arrange,
    evaluate,
    lacking,
    tries,
)
from masksearch.evaluation.table import scored, summarise
from masksearch.manifest import IfExists, Stage
from masksearch.ports import Progress
from masksearch.schemas import Guard, Task, ids_hash
from masksearch.search.fingerprints import identity, mismatch
from masksearch.stages import EPISODES, SUMMARY
from masksearch.store import write_json

Meter = Callable[[str], AbstractContextManager[Progress]]
"""Progress for a job of that name."""


class RowSettings(Section):
    """What an episode of a row depends on; how many tasks, tries and guards does not matter."""

    max_turns: int
    max_tokens: int
    temperature: float = 0.0
    seed: int
    top_k: int
    snippet_chars: int


class Plan(NamedTuple):
    """What a row has to do on a benchmark: `tasks` are all of it, `picked` those it is given."""

    row: Row
    benchmark: Benchmark
    context: EvalContext
    tasks: Sequence[Task]
    picked: Sequence[Task]
    guards: tuple[Guard, ...]
    inputs: Inputs

    @property
    def stage(self) -> Stage[RowCounts]:
        """Where it is kept."""
        return own_row(self.context.run, self.benchmark.name, self.row.name)

    @property
    def sampling(self) -> Sampling:
        """One greedy try, unless samples are asked for and the row can give them."""
        settings = self.context.settings
        if settings.samples is None or not self.row.is_sampled:
            return ONCE
        return Sampling(settings.samples, settings.seed)

    @property
    def settings(self) -> RowSettings:
        """What its episodes depend on."""
        settings, search = self.context.settings, self.context.search_settings
        return RowSettings(
            **settings.model_dump(include={"max_turns", "max_tokens", "seed"}),
            **search.model_dump(include={"top_k", "snippet_chars"}),
            temperature=0.0 if self.sampling is ONCE else settings.temperature,
        )

    def tries(self, guard: Guard) -> list[Try]:
        """All that is wanted under a guard."""
        return list(tries(self.picked, self.benchmark.name, guard, self.sampling))

    @property
    def left(self) -> list[Guard]:
        """The guards under which episodes are missing."""
        path = self.stage.folder / EPISODES
        return [guard for guard in self.guards if lacking(path, self.tries(guard))]


@dataclass(frozen=True)
class Evaluation:
    """Rows that are to solve the tasks of benchmarks under the recipe's guards."""

    context: EvalContext
    benchmarks: Sequence[Benchmark]
    if_exists: IfExists
    meter: Meter

    def plans(self, rows: Sequence[Row] = ()) -> list[Plan]:
        """What rows have to do, those that are usual where none are named, row by row.

        A model stays loaded for all benchmarks. Raises MaskSearchError for what is missing,
        before anything is begun.
        """
        chosen = [plan for benchmark in self.benchmarks for plan in self._plans(benchmark, rows)]
        order = {name: rank for rank, name in enumerate(dict.fromkeys(p.row.name for p in chosen))}
        return sorted(chosen, key=lambda plan: order[plan.row.name])

    def mismatches(self, plans: Iterable[Plan]) -> list[str]:
        """How the search in use differs from what rows' models were trained with."""
        run = self.context.run
        trained = {
            weights: plan.context.retriever for plan in plans if (weights := plan.row.weights(run))
        }
        found = [mismatch(weights, retriever) for weights, retriever in trained.items()]
        return [difference for difference in found if difference]

    def run(self, plans: Sequence[Plan]) -> None:
        """Have every row solve what it lacks; raises MaskSearchError.

        A model that cannot be asked any more ends its own row alone, with the reason; that is
        raised when the others are done.
        """
        for plan in plans:
            if plan.left or self.if_exists is IfExists.RESTART:
                plan.row.check(plan.context)
        stopped: list[tuple[str, RunStopped]] = []
        for number, plan in enumerate(plans, 1):
            try:
                self._carry_out(plan, f"eval {number} of {len(plans)}")
            except (ChatStopped, Undone) as error:
                stopped.append((f"{plan.row.name} on {plan.benchmark.name}", error))
        if stopped:
            raise _ended(stopped)

    def _plans(self, benchmark: Benchmark, rows: Sequence[Row]) -> list[Plan]:
        run = self.context.run
        tasks = list(benchmark.tasks(run))
        if not tasks:
            raise InputError(f"{benchmark.name} has no tasks")
        wanted = rows or usual_rows(run, tasks[0].kind)
        return [self._plan(row, benchmark, tasks) for row in wanted]

    def _plan(self, row: Row, benchmark: Benchmark, tasks: Sequence[Task]) -> Plan:
        context = self.context.of(row, tasks[0].kind)
        limit = benchmark.limit(context.settings, is_baseline=row.is_baseline)
        picked = benchmark.pick(tasks, limit, context.num_masks)
        inputs: Inputs = {
            **benchmark.inputs(context.run),
            **context.search_inputs,
            "retriever": identity(context.retriever),
            **row.inputs(context),
        }
        guards = guards_for(picked, context.settings)
        return Plan(row, benchmark, context, tasks, picked, guards, inputs)

    def _carry_out(self, plan: Plan, place: str) -> None:
        stage = plan.stage
        stage.begin(plan.inputs, plan.settings, self.if_exists)
        stage.note(retriever=plan.context.retriever.model_dump(mode="json"))
        path, left = stage.folder / EPISODES, plan.left
        if left and stage.done:
            stage.reopen()
        for guard in left:  # so that no model loads for nothing
            self._ask(plan, guard, f"{place}, {plan.benchmark.name}, guard {guard}")
        arrange(path, plan.tasks, [one for guard in plan.guards for one in plan.tries(guard)])
        stage.finish(_counts(plan))

    def _ask(self, plan: Plan, guard: Guard, what: str) -> None:
        agent = plan.row.agent(plan.context, guard)
        with self.meter(what) as progress:
            asyncio.run(
                evaluate(
                    agent,
                    plan.picked,
                    plan.stage.folder / EPISODES,
                    benchmark=plan.benchmark.name,
                    guard=guard,
                    concurrency=plan.context.settings.concurrency,
                    sampling=plan.sampling,
                    progress=progress,
                )
            )


def guards_for(tasks: Sequence[Task], settings: EvalConfig) -> tuple[Guard, ...]:
    """Those of the recipe's guards that make a difference.

    There is nothing to withhold from a search for what was made from no passage.
    """
    if any(task.passage_id for task in tasks):
        return settings.guards
    return (Guard.NONE,)


def _counts(plan: Plan) -> RowCounts:
    """Write a row's `summary.json` beside its episodes; returns what it is about."""
    path = plan.stage.folder / EPISODES
    found = scored(read_episodes(path), {task.id: task for task in plan.tasks}, plan.benchmark)
    summaries = [summary.model_dump(mode="json") for summary in summarise(found)]
    write_json(path.with_name(SUMMARY), summaries)
    episodes = [one.episode for one in found]
    ids = {one.task_id for one in episodes}
    return RowCounts(
        episodes=len(found),
        tasks=len(ids),
        samples=1 + max(one.sample for one in episodes),
        guards=tuple(dict.fromkeys(one.guard for one in episodes)),
        ids=ids_hash(task.id for task in plan.tasks if task.id in ids),
    )


def _ended(stopped: Sequence[tuple[str, RunStopped]]) -> RunStopped:
    """The first of the reasons for which rows ended, and which they are."""
    _, first = stopped[0]
    names = ", ".join(name for name, _ in stopped)
    return type(first)(f"{first} (not finished: {names}; no figures are shown)")
