"""The agent's graph against a plain loop over the episode, with the demo's trained model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from cli.recipe import Recipe, load_recipe
from graphs.agent import GraphAgent
from masksearch.agent_prompt import system_prompt
from masksearch.episode import Episode
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.guards import LeakGuard
from masksearch.messages import Decoding
from masksearch.ports import SearchBackend
from masksearch.protocol import STOPS
from masksearch.retrieval import Found, merge_hits
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Prompt, Status, Task, Teacher, Trajectory
from masksearch.search.factory import SearchFactory
from masksearch.stages import MODEL, SFT
from prompts import PromptLibrary
from training.quiet import quiet_libraries

if TYPE_CHECKING:
    from training.models.generator import LocalChat

NUM_TASKS = 50
_TOLD_EVERY = 5


class Sides(NamedTuple):
    """What both ways of running an episode share."""

    chat: LocalChat
    model: Any
    search: SearchBackend
    recipe: Recipe


def measure(place: Place) -> Iterator[Result]:
    """Fifty held-out tasks, one episode at a time, greedily and in float32."""
    run = RunFolder(place.finished_run())
    sides = load_sides(place, run)
    heldout = RampHeldout()
    tasks = heldout.pick(list(heldout.tasks(run)), NUM_TASKS, sides.recipe.ramp.num_masks)
    same = searched = 0
    for number, task in enumerate(tasks, 1):
        graphed, plain = asyncio.run(_both(sides, task))
        same += untimed(graphed) == untimed(plain)
        searched += bool(plain.turns)
        if number % _TOLD_EVERY == 0:
            say(f"parity: {same} of {number} episodes identical")
    measured = f"{same} of {len(tasks)} identical, {searched} with searches"
    yield Result("parity", measured, same == len(tasks) == NUM_TASKS and searched > 0)


def untimed(trace: Trajectory) -> Trajectory:
    """An episode without how long it took."""
    nothing = {"model_seconds": 0.0, "search_seconds": 0.0}
    turns = tuple(turn.model_copy(update=nothing) for turn in trace.turns)
    return trace.model_copy(update={"turns": turns})


def load_sides(place: Place, run: RunFolder) -> Sides:
    """The trained model in float32; imported here, since torch takes seconds."""
    import torch

    from training.config import ModelConfig
    from training.models.generator import LocalChat
    from training.models.loading import load_model

    quiet_libraries()
    recipe, config = load_recipe(run), ModelConfig(path=str(run.finished(SFT).folder / MODEL))
    loaded = load_model(config, place.home, dtype=torch.float32)
    chat = LocalChat(loaded, "trained")
    return Sides(chat, loaded.model, SearchFactory(run).open(recipe.search), recipe)


async def _both(sides: Sides, task: Task) -> tuple[Trajectory, Trajectory]:
    return await by_graph(sides, task), await _plainly(sides, task)


def system(prompt: Prompt) -> str:
    """The system message that both sides are given."""
    return system_prompt(PromptLibrary(None), prompt)


async def by_graph(sides: Sides, task: Task) -> Trajectory:
    """The episode of the agent's graph."""
    settings = sides.recipe.eval
    agent = GraphAgent(
        "trained",
        sides.chat,
        sides.search,
        system=system,
        top_k=sides.recipe.search.top_k,
        max_turns=settings.max_turns,
        max_tokens=settings.max_tokens,
        seed=settings.seed,
    )
    return await agent.run(task)


async def _plainly(sides: Sides, task: Task) -> Trajectory:
    """The same episode with no graph: speak, search, observe, until it ends."""
    settings, top_k = sides.recipe.eval, sides.recipe.search.top_k
    episode = Episode(task.prompt, settings.max_turns, settings.seed)
    while episode.status is Status.RUNNING:
        if episode.queries:
            ranked = await sides.search.search(episode.queries, top_k=top_k, guard=LeakGuard())
            episode = episode.observe(Found(tuple(merge_hits(ranked, top_k))))
            continue
        messages = episode.messages(system(task.prompt))
        reply = await sides.chat.complete(
            messages, Decoding(STOPS, settings.max_tokens, seed=settings.seed)
        )
        episode = episode.speak(reply)
    retriever = sides.search.fingerprint(top_k=top_k, guard=Guard.NONE)
    teacher = Teacher(model=sides.chat.name)
    return episode.trajectory(task, teacher=teacher, retriever=retriever)


GROUP = Group(
    "parity",
    (Bar("parity", f"identical episodes on {NUM_TASKS} tasks"),),
    measure,
    minutes=8,
)
