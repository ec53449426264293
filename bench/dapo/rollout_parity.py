"""The agent's graph against the rollouts of training, with the demo's trained model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.loop.parity import NUM_TASKS, Sides, by_graph, load_sides, system, untimed
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Task, Trajectory

if TYPE_CHECKING:
    from training.rollout.loop import Rollout, RolloutWorker

_TOLD_EVERY = 10


def measure(place: Place) -> Iterator[Result]:
    """Fifty held-out tasks, one episode at a time, greedily and in float32."""
    run = RunFolder(place.finished_run())
    sides = load_sides(place, run)
    heldout = RampHeldout()
    tasks = heldout.pick(list(heldout.tasks(run)), NUM_TASKS, sides.recipe.ramp.num_masks)
    worker = _worker(sides)
    end = sides.chat.tokens.tokenizer.eos_token_id
    same = searched = tokens = 0
    for number, task in enumerate(tasks, 1):
        graphed, rollout = asyncio.run(_both(sides, worker, task))
        same += untimed(graphed) == untimed(rollout.trajectory) and _ids(graphed) == _own(
            rollout, end
        )
        searched += bool(graphed.turns)
        tokens += rollout.own_tokens
        if number % _TOLD_EVERY == 0:
            say(f"rollout parity: {same} of {number} episodes identical")
    measured = f"{same} of {len(tasks)} identical, {searched} with searches, {tokens:,} tokens"
    yield Result("rollout parity", measured, same == len(tasks) == NUM_TASKS and searched > 0)


async def _both(sides: Sides, worker: RolloutWorker, task: Task) -> tuple[Trajectory, Rollout]:
    [rollout] = await worker.roll_out([task], [sides.recipe.eval.seed])
    return await by_graph(sides, task), rollout


def _worker(sides: Sides) -> RolloutWorker:
    """The rollouts' loop and decoder on the same weights, the graph's name on its record."""
    from training.models.decoding import Decoder
    from training.rollout.loop import RolloutSettings, RolloutWorker

    settings = sides.recipe.eval
    greedy = RolloutSettings(
        settings.max_turns, sides.recipe.search.top_k, Guard.NONE, settings.max_tokens, 0.0
    )
    decoder = Decoder(sides.model, sides.chat.tokens.tokenizer)
    return RolloutWorker(sides.chat.tokens, decoder.decode, sides.search, system, greedy, "trained")


def _ids(trace: Trajectory) -> list[int]:
    """What the model said in an episode, as ids."""
    said = [*(turn.tokens for turn in trace.turns), trace.final_tokens]
    return [token for record in said if record for token in record.ids]


def _own(rollout: Rollout, end: int) -> list[int]:
    """What the model said; to end a turn is a choice that is learnt from, but nothing said."""
    pairs = zip(rollout.tokens.ids, rollout.tokens.own, strict=True)
    return [token for token, own in pairs if own and token != end]


GROUP = Group(
    "rollout parity",
    (Bar("rollout parity", f"the graph's episodes on {NUM_TASKS} tasks"),),
    measure,
    minutes=8,
)
