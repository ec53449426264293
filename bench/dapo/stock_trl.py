"""The rollout phase against stock TRL: its GRPOTrainer with its own tool loop.

Both sides have the same weights in the type that is fast here and the same prompts, and are made
to say the same turns: every forward pass is real, only what is drawn from it is given. Ours goes
first, so that what a first pass costs is not stock TRL's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.dapo.episode_script import HITS, SEARCHES, TURN_TOKENS, turns
from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.loop.parity import system
from masksearch.guards import LeakGuard
from masksearch.protocol import opening, render_information
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint, Guard, Hit, Prompt, Task
from masksearch.stages import MODEL, SFT
from training.quiet import quiet_libraries

ROLLOUTS, GROUP_SIZE, SEARCH_SECONDS, SHARE = 32, 8, 0.25, 0.6
_LONGEST = 1024


class SlowSearch:
    """A search that takes its time and finds the same for any query; notes when it was waited."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, float]] = []

    async def wait(self) -> None:
        """One search."""
        began = time.perf_counter()
        await asyncio.sleep(SEARCH_SECONDS)
        self.calls.append((began, time.perf_counter()))

    async def search(self, queries: Any, *, top_k: int, guard: LeakGuard) -> list[list[Hit]]:
        """Our port."""
        await self.wait()
        return [list(HITS[:top_k]) for _ in queries]

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """What this is, for the record."""
        return Fingerprint(engine="slow", corpus_hash="", top_k=top_k, guard=guard, truncation=0)

    @property
    def waited(self) -> float:
        """Seconds in which at least one search was under way."""
        total = until = 0.0
        for began, ended in sorted(self.calls):
            total += max(0.0, ended - max(began, until))
            until = max(until, ended)
        return total


class Phase(NamedTuple):
    """One side's rollout phase; sampled and prompt tokens are counted over all rollouts."""

    seconds: float
    waited: float
    searches: int
    sampled: int
    prompt_ids: list[list[int]]

    @property
    def measured(self) -> str:
        """In seconds."""
        return f"{self.seconds:.1f} s ({self.waited:.1f} s of it searching)"


def measure(place: Place) -> Iterator[Result]:
    """Ours, then stock TRL's, in one process."""
    quiet_libraries()
    made = RunFolder(place.finished_run())
    tasks = [task for task in _tasks(made)[: ROLLOUTS // GROUP_SIZE] for _ in range(GROUP_SIZE)]
    ours = _ours(place, made, tasks)
    say(f"rollout phase: ours {ours.measured}")
    stock = _stock(place, made, tasks)
    say(f"rollout phase: stock TRL {stock.measured}")
    _check_alike(ours, stock)
    share = ours.seconds / stock.seconds
    measured = f"{ours.measured} against {stock.measured}: {share:.2f} ×"
    yield Result("rollout phase", measured, share <= SHARE)


def _check_alike(ours: Phase, stock: Phase) -> None:
    """Both said as much, in answer to the same prompts, and searched as often."""
    assert ours.sampled == stock.sampled == ROLLOUTS * TURN_TOKENS * (SEARCHES + 1)
    assert ours.searches == stock.searches == ROLLOUTS * SEARCHES
    assert ours.prompt_ids == stock.prompt_ids


def _tasks(made: RunFolder) -> list[Task]:
    from masksearch.evaluation.benchmarks.ramp import RampHeldout

    return list(RampHeldout().tasks(made))


def _load(place: Place, made: RunFolder) -> Any:
    from training.config import ModelConfig
    from training.models.loading import load_model

    return load_model(ModelConfig(path=str(made.finished(SFT).folder / MODEL)), place.home)


def _ours(place: Place, made: RunFolder, tasks: list[Task]) -> Phase:
    from bench.dapo.forced import ForcedDecoder
    from training.conversation_tokens import ConversationTokens
    from training.models.attention import use_grouped_attention
    from training.rollout.loop import RolloutSettings, RolloutWorker

    loaded, search = _load(place, made), SlowSearch()
    said = iter(turns(loaded.tokenizer))
    use_grouped_attention(loaded.model)
    decoder = ForcedDecoder(
        loaded.model.eval(), loaded.tokenizer, lambda rows: [next(said)] * rows
    )  # fmt: skip
    settings = RolloutSettings(SEARCHES, len(HITS), Guard.NONE, _LONGEST, 1.0)
    tokens = ConversationTokens(loaded.tokenizer)
    worker = RolloutWorker(tokens, decoder.decode, search, system, settings)
    began = time.perf_counter()
    rollouts = asyncio.run(worker.roll_out(tasks, range(len(tasks))))
    seconds = time.perf_counter() - began
    return Phase(
        seconds,
        search.waited,
        len(search.calls),
        sum(one.own_tokens for one in rollouts),
        [one.prompt_ids for one in rollouts],
    )


def _stock(place: Place, made: RunFolder, tasks: list[Task]) -> Phase:
    from bench.dapo.stock_trainer import stock_trainer

    waiting = SlowSearch()

    async def search(query: str) -> str:
        """Searches the corpus.

        Args:
            query: The words to search for.

        Returns:
            The passages that were found.
        """
        await waiting.wait()
        return render_information(HITS)

    trainer = stock_trainer(_load(place, made), search, place.folder("stock-trl"), _LONGEST)
    prompts = [_messages(task.prompt) for task in tasks]
    # As the trainer itself does before it generates: every rollout has its tools by name.
    trainer._sync_tool_dicts = [{} for _ in prompts]
    trainer._async_tool_dicts = [{"search": search} for _ in prompts]
    began = time.perf_counter()
    prompt_ids, _, own, *_ = trainer._generate(prompts)
    seconds = time.perf_counter() - began
    return Phase(seconds, waiting.waited, len(waiting.calls), sum(map(sum, own)), prompt_ids)


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    said = opening(system(prompt), prompt)
    return [{"role": message.role, "content": message.content} for message in said]


GROUP = Group(
    "rollout phase",
    (Bar("rollout phase", f"≤ {SHARE} × stock TRL, {ROLLOUTS} rollouts"),),
    measure,
    minutes=5,
)
