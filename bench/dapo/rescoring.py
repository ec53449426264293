"""What was sampled, scored again by the trainer's own function."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.loop.parity import system
from cli.recipe import Recipe, load_recipe
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.search.factory import SearchFactory
from masksearch.stages import MODEL, SFT, TASKS
from masksearch.store import read_records
from training.quiet import quiet_libraries

if TYPE_CHECKING:
    from training.models.loading import LoadedModel
    from training.rollout.loop import Rollout, RolloutWorker

ROLLOUTS, DIFFERENCE = 500, 1e-4
_TOGETHER = 32


class Scored(NamedTuple):
    """How many tokens were scored, and the largest difference of a log-probability."""

    tokens: int
    worst: float


def measure(place: Place) -> Iterator[Result]:
    """Rollouts of the trained model at temperature 1 in float32, those of one turn left out."""
    import torch

    from training.config import ModelConfig
    from training.models.loading import load_model

    quiet_libraries()
    made = RunFolder(place.finished_run())
    recipe, config = load_recipe(made), ModelConfig(path=str(made.finished(SFT).folder / MODEL))
    loaded = load_model(config, place.home, dtype=torch.float32)
    tasks = list(read_records(made.path / TASKS / "train.jsonl", Task))
    found = Scored(0, 0.0)
    done = turns = 0
    for rollouts in _multi_turn(_worker(made, recipe, loaded), tasks):
        wanted = rollouts[: ROLLOUTS - done]
        done, turns = done + len(wanted), turns + sum(map(_turns, wanted))
        found = _merged(found, rescored(loaded, wanted, recipe.dapo.micro_batch))
        say(f"rescoring: {done} of {ROLLOUTS} rollouts, {found.worst:.1e} at most")
        if done == ROLLOUTS:
            break
    measured = f"{found.worst:.1e} at most: {found.tokens:,} tokens, {done} rollouts, {turns} turns"
    yield Result("rescoring", measured, found.worst <= DIFFERENCE and done == ROLLOUTS)


def rescored(loaded: LoadedModel, rollouts: Sequence[Rollout], size: int) -> Scored:
    """Score rollouts in micro-batches, as a training step does."""
    import torch

    from training.dapo.groups import as_tensors, micro_batches, row_of
    from training.dapo.loss import token_scores

    rows = [row_of(one, 1.0) for one in rollouts]
    found = Scored(0, 0.0)
    for part in micro_batches(rows, size):
        batch = as_tensors(part, int(loaded.tokenizer.pad_token_id), 1.0, loaded.model.device)
        with torch.no_grad():
            scores = token_scores(
                loaded.model, batch.ids_BT, batch.mask_BT, batch.trainable_BT, temperature=1.0
            )
        sampled_N = batch.old_logprobs_BT[:, 1:][batch.trainable_BT[:, 1:]]
        differences_N = (scores.logprobs_N - sampled_N).abs()
        found = _merged(found, Scored(len(sampled_N), differences_N.max().item()))
    return found


def _merged(one: Scored, other: Scored) -> Scored:
    return Scored(one.tokens + other.tokens, max(one.worst, other.worst))


def _turns(rollout: Rollout) -> int:
    """How often the model spoke."""
    return len(rollout.trajectory.turns) + 1


def _multi_turn(worker: RolloutWorker, tasks: Sequence[Task]) -> Iterator[list[Rollout]]:
    """Batches of rollouts in which the model spoke more than once."""
    for number in count():
        begin = number * _TOGETHER
        chosen = [tasks[n % len(tasks)] for n in range(begin, begin + _TOGETHER)]
        seeds = range(begin, begin + _TOGETHER)
        yield [one for one in asyncio.run(worker.roll_out(chosen, seeds)) if one.trajectory.turns]


def _worker(made: RunFolder, recipe: Recipe, loaded: LoadedModel) -> Any:
    import torch

    from training.conversation_tokens import ConversationTokens
    from training.rollout.loop import RolloutSettings, RolloutWorker
    from training.rollout.transformers_engine import TransformersEngine

    dapo = recipe.dapo
    return RolloutWorker(
        ConversationTokens(loaded.tokenizer),
        TransformersEngine(loaded.model, loaded.tokenizer, torch.float32).generate,
        SearchFactory(made).open(recipe.search),
        system,
        RolloutSettings(
            dapo.max_turns, recipe.search.top_k, recipe.search.guard, dapo.max_tokens, 1.0
        ),
    )


GROUP = Group(
    "rescoring",
    (Bar("rescoring", f"≤ {DIFFERENCE:.0e}, fp32, {ROLLOUTS} multi-turn rollouts"),),
    measure,
    minutes=10,
)
