"""Synthesis in bulk: many tasks at once, killed and resumed at will.

A task is done when its trajectory stands in one of the two ledgers of the stage. What was
in flight goes on from the checkpointer; nothing that is done is done again.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph.state import CompiledStateGraph

from graphs.checkpoints import (
    Durability,
    durability,
    open_checkpoints,
    pending_threads,
    remove_checkpoints,
)
from graphs.config import Limits, SynthConfig
from graphs.synthesis import (
    SynthesisDeps,
    SynthesisState,
    build_synthesis,
    prompt_versions,
    synthesis_input,
    synthesis_steps,
)
from masksearch.manifest import IfExists, Stage
from masksearch.ports import Progress
from masksearch.progress import silent
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory
from masksearch.search.fingerprints import identity
from masksearch.stages import TRACES
from masksearch.store import Ledger, read_records

ACCEPTED, REJECTED = "accepted.jsonl", "rejected.jsonl"
_REASONS_COUNTED = 20
_REASON_CHARS = 80
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
"""What a reason quotes is its task's own and would make every reason a kind of its own."""

Compiled = CompiledStateGraph[SynthesisState, Limits, SynthesisState, SynthesisState]


async def synthesise(
    run: RunFolder,
    tasks: Iterable[Task],
    deps: SynthesisDeps,
    config: SynthConfig,
    *,
    top_k: int,
    inputs: Mapping[str, str | Stage],
    if_exists: IfExists = IfExists.RESUME,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Solve tasks into `05-traces`; returns the counts that stand in its manifest.

    `inputs` names what the tasks and the index were made from, by hash. Raises StaleError
    when the stage was begun otherwise, and ModelError when a role's model cannot be used.
    """
    stage = run.own(TRACES)
    made_from = {**inputs, **_made_with(deps, top_k)}
    # How many tasks run at once does not change what is made of them.
    settings = config.model_copy(update={"concurrency": 1})
    if stage.begin(made_from, settings, if_exists):
        return stage.counts
    with (
        Ledger(stage.folder / ACCEPTED, "task_id") as accepted,
        Ledger(stage.folder / REJECTED, "task_id") as rejected,
    ):
        async with open_checkpoints(stage.folder) as saver:
            bulk = _Bulk(
                graph=build_synthesis(deps).compile(checkpointer=saver),
                saver=saver,
                limits=Limits(max_turns=config.max_turns, top_k=top_k),
                durability=durability(config.team),
                accepted=accepted,
                rejected=rejected,
                pending=await pending_threads(saver),
                progress=progress,
                total=_total(tasks, config.limit),
            )
            await bulk.run(islice(tasks, config.limit), config.concurrency)
    remove_checkpoints(stage.folder)
    counts = count_traces(stage.folder)
    stage.finish(counts)
    return counts


def _made_with(deps: SynthesisDeps, top_k: int) -> dict[str, str]:
    fingerprint = deps.search.fingerprint(top_k=top_k, guard=deps.guard)
    return {
        "team": deps.team.name,
        "prompts": json.dumps(prompt_versions(deps.team), sort_keys=True),
        "judge": getattr(deps.judge, "prompt_version", type(deps.judge).__name__),
        "retriever": identity(fingerprint),
    }


def _total(tasks: Iterable[Task], limit: int | None) -> int | None:
    known = len(tasks) if isinstance(tasks, Sized) else None
    return min((n for n in (known, limit) if n is not None), default=None)


@dataclass
class _Bulk:
    """The workers of one run and what they share."""

    graph: Compiled
    saver: AsyncSqliteSaver
    limits: Limits
    durability: Durability
    accepted: Ledger
    rejected: Ledger
    pending: set[str]
    progress: Progress
    total: int | None
    claimed: set[str] = field(default_factory=set)

    async def run(self, tasks: Iterable[Task], concurrency: int) -> None:
        """Work through the tasks; the first error stops all workers and is raised.

        Cancelling (Ctrl-C) drops what is in flight to the checkpointer; an append is one
        uninterrupted call, so no line is torn or lost.
        """
        self.claimed = self.accepted.keys | self.rejected.keys
        self._tell()
        unsolved = self._unclaimed(tasks)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(concurrency):
                    group.create_task(self._work(unsolved))
        except ExceptionGroup as errors:
            raise _first(errors) from None

    def _unclaimed(self, tasks: Iterable[Task]) -> Iterator[Task]:
        for task in tasks:
            if task.id not in self.claimed:
                self.claimed.add(task.id)
                yield task

    async def _work(self, tasks: Iterator[Task]) -> None:
        for task in tasks:
            trajectory = await self._solve(task)
            accepted = trajectory.verdict is not None and trajectory.verdict.accepted
            (self.accepted if accepted else self.rejected).append(trajectory)
            self._tell()
            await self.saver.adelete_thread(task.id)

    async def _solve(self, task: Task) -> Trajectory:
        config: RunnableConfig = {
            "configurable": {"thread_id": task.id},
            "recursion_limit": synthesis_steps(self.limits.max_turns),
        }
        state: SynthesisState | None = synthesis_input(task)
        if task.id in self.pending:
            snapshot = await self.graph.aget_state(config)
            if "trajectory" in snapshot.values:
                return Trajectory.model_validate(snapshot.values["trajectory"])
            state = None if snapshot.next else state
        final = await self.graph.ainvoke(
            state, config, context=self.limits, durability=self.durability
        )
        return Trajectory.model_validate(final["trajectory"])

    def _tell(self) -> None:
        done = len(self.accepted.keys) + len(self.rejected.keys)
        self.progress(done, self.total, f"{len(self.accepted.keys)} accepted")


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


def count_traces(folder: Path) -> dict[str, Any]:
    """How many trajectories of each status and reason stand in the ledgers, and tokens."""
    totals: Counter[str] = Counter({"accepted": 0, "rejected": 0})
    status: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name in (ACCEPTED, REJECTED):
        for trace in read_records(folder / name, Trajectory):
            totals[Path(name).stem] += 1
            totals["searches"] += len(trace.turns)
            for usage in (trace.final_usage, *(turn.usage for turn in trace.turns)):
                totals["prompt_tokens"] += usage.prompt_tokens
                totals["completion_tokens"] += usage.completion_tokens
            status[trace.status.value] += 1
            if name == REJECTED:
                reasons[_QUOTED.sub("…", trace.reason)[:_REASON_CHARS]] += 1
    return {
        **totals,
        "status": dict(status),
        "reasons": dict(reasons.most_common(_REASONS_COUNTED)),
    }
