"""Synthesis in bulk: many attempts at many tasks at once, killed and resumed at will.

An attempt is done when its trajectory stands in one of the two ledgers of the stage. What
was in flight goes on from the checkpointer; nothing that is done is done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph

from graphs.checkpoints import (
    Checkpoints,
    Durability,
    durability,
    open_checkpoints,
    pending_threads,
    remove_checkpoints,
)
from graphs.config import Limits, SynthConfig
from graphs.ended import LEFT, Faults, ended_keys, open_again
from graphs.synthesis import (
    SynthesisDeps,
    SynthesisInput,
    SynthesisState,
    build_synthesis,
    synthesis_input,
)
from graphs.trace_counts import count_traces
from masksearch.counts import TraceCounts
from masksearch.errors import Unavailable, Undone
from masksearch.llm.gate import last_try
from masksearch.making import RESUMING, Making
from masksearch.manifest import IfExists, Stage
from masksearch.ports import Progress
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory, trace_key
from masksearch.search.fingerprints import identity
from masksearch.stages import ACCEPTED, REJECTED, TRACES
from masksearch.store import Ledger
from masksearch.text import digest
from masksearch.workers import for_each

Compiled = CompiledStateGraph[SynthesisState, Limits, SynthesisInput, SynthesisState]

GROWING = ("limit", "attempts")
"""How far a synthesis goes: with more of either, only what is missing is made."""
_SEEDS = 2**31
"""Endpoints take seeds of 32 bits, and a turn's is a little more than its episode's."""


class Attempt(NamedTuple):
    """One of several tries at a task, and what it is drawn from."""

    task: Task
    number: int
    seed: int

    @property
    def key(self) -> str:
        """What its trace and its thread of checkpoints are known by."""
        return trace_key({"task_id": self.task.id, "attempt": self.number})


async def synthesise(
    run: RunFolder,
    tasks: Iterable[Task],
    deps: SynthesisDeps,
    config: SynthConfig,
    *,
    top_k: int,
    inputs: Mapping[str, str | Stage],
    making: Making = RESUMING,
    faults: Faults = LEFT,
) -> TraceCounts:
    """Solve tasks into `05-traces`; returns the counts that stand in its manifest.

    `inputs` names what the tasks and the index were made from, by hash. An attempt that ends by
    a fault of the world is left undone. Raises StaleError when the stage was begun otherwise,
    ModelError when a model cannot be used, and RunStopped when the same command has to go on.
    """
    stage, tasks = run.own(TRACES), list(tasks)
    made_from = {**inputs, **_made_with(deps, top_k)}
    # How many attempts run at once does not change what is made of them.
    settings = config.changed(concurrency=1)
    if making.if_exists is IfExists.RESUME:
        settings = _as_far(stage, tasks, settings)
    done = stage.begin(made_from, settings, making.if_exists, growing=GROWING)
    if faults.retry is not None:
        wanted = {one.key for one in attempts(tasks, config)}
        done = not open_again(stage, wanted, faults.retry) and done
    if done:
        return stage.counts
    with (
        Ledger(stage.folder / ACCEPTED, trace_key) as accepted,
        Ledger(stage.folder / REJECTED, trace_key) as rejected,
    ):
        async with open_checkpoints(stage.folder) as saver:
            bulk = _Bulk(
                graph=build_synthesis(deps).compile(checkpointer=saver),
                saver=saver,
                limits=Limits(max_turns=config.max_turns, top_k=top_k),
                steps=deps.solver.steps(config.max_turns),
                durability=durability(config.team),
                accepted=accepted,
                rejected=rejected,
                pending=await pending_threads(saver),
                progress=making.progress,
                total=_total(tasks, config),
                rejects_undone=faults.reject,
            )
            await bulk.run(attempts(tasks, config), config.concurrency)
    remove_checkpoints(stage.folder)
    return stage.finish(count_traces(stage.folder))


def _as_far(stage: Stage, tasks: Sequence[Task], settings: SynthConfig) -> SynthConfig:
    """The settings, but as far as a finished stage goes that lacks no attempt: it stays as it is."""
    had = stage.manifest
    extent = {name: had.settings[name] for name in GROWING if name in had.settings}
    if had.done and extent != settings.model_dump(include=set(GROWING)):
        ended = ended_keys(stage)
        if all(one.key in ended for one in attempts(tasks, settings)):
            return settings.model_copy(update=extent)
    return settings


def attempts(tasks: Iterable[Task], config: SynthConfig) -> Iterator[Attempt]:
    """Every attempt of a synthesis; a task that is given twice is tried as if it were once."""
    return (
        Attempt(task, number, attempt_seed(config, task.id, number))
        for task in islice(tasks, config.limit)
        for number in range(config.attempts)
    )


def attempt_seed(config: SynthConfig, task_id: str, number: int) -> int:
    """What an attempt is drawn from: its own seed where anything is drawn, else the stage's."""
    if not config.is_sampled:
        return config.seed
    return int(digest("attempt", str(config.seed), task_id, str(number)), 16) % _SEEDS


def _made_with(deps: SynthesisDeps, top_k: int) -> dict[str, str | Stage]:
    solver = deps.solver
    return {
        "team": solver.kind,
        **solver.made_with,
        "judge": getattr(deps.judge, "prompt_version", type(deps.judge).__name__),
        "retriever": identity(solver.retriever.fingerprint(top_k)),
    }


def _total(tasks: Sequence[Task], config: SynthConfig) -> int:
    return min(len(tasks), config.limit or len(tasks)) * config.attempts


@dataclass
class _Bulk:
    """What the workers of one run share."""

    graph: Compiled
    saver: Checkpoints
    limits: Limits
    steps: int
    durability: Durability
    accepted: Ledger
    rejected: Ledger
    pending: set[str]
    progress: Progress
    total: int
    rejects_undone: bool = False
    claimed: set[str] = field(default_factory=set)

    async def run(self, wanted: Iterable[Attempt], concurrency: int) -> None:
        """Work through the attempts; what `for_each` raises is raised.

        Cancelling (Ctrl-C) drops what is in flight to the checkpointer; an append is one
        uninterrupted call, so no line is torn or lost.
        """
        self.claimed = self.accepted.keys | self.rejected.keys
        self._report()
        again = self._work_at_last if self.rejects_undone else self._work
        try:
            await for_each(self._unclaimed(wanted), self._work, at_once=concurrency, again=again)
        except Undone as error:
            raise Undone(f"{error}, and --reject-undone counts them as rejected") from None

    def _unclaimed(self, wanted: Iterable[Attempt]) -> Iterator[Attempt]:
        for attempt in wanted:
            if attempt.key not in self.claimed:
                self.claimed.add(attempt.key)
                yield attempt

    async def _work(self, attempt: Attempt) -> None:
        try:
            trajectory = await self._solve(attempt)
        except Unavailable:
            self.pending.add(attempt.key)  # its steps so far are kept for when it goes on
            raise
        (self.accepted if trajectory.is_accepted else self.rejected).append(trajectory)
        self._report()
        await self.saver.adelete_thread(attempt.key)

    async def _work_at_last(self, attempt: Attempt) -> None:
        with last_try():
            await self._work(attempt)

    async def _solve(self, attempt: Attempt) -> Trajectory:
        config: RunnableConfig = {
            "configurable": {"thread_id": attempt.key},
            "recursion_limit": self.steps,
        }
        state: SynthesisInput | None = synthesis_input(
            attempt.task,
            max_turns=self.limits.max_turns,
            seed=attempt.seed,
            attempt=attempt.number,
        )
        if attempt.key in self.pending:
            snapshot = await self.graph.aget_state(config)
            if "trajectory" in snapshot.values:
                return Trajectory.model_validate(snapshot.values["trajectory"])
            state = None if snapshot.next else state
        final = await self.graph.ainvoke(
            state, config, context=self.limits, durability=self.durability
        )
        return Trajectory.model_validate(final["trajectory"])

    def _report(self) -> None:
        done = len(self.accepted.keys) + len(self.rejected.keys)
        self.progress(done, self.total, f"{len(self.accepted.keys)} accepted")
