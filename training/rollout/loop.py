"""Many episodes at once: all generate together, then all search together.

The step machine is `masksearch.episode`, as in the agent graph. Here every episode also
keeps its token ids: what was sampled stays as it was, and each turn must only add to them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from masksearch.episode import Episode
from masksearch.guards import LeakGuard
from masksearch.ports import SearchBackend
from masksearch.protocol import STOPS
from masksearch.retrieval import retrieve
from masksearch.schemas import Guard, Prompt, Status, Task, Teacher, Tokens, Trajectory
from training.conversation_tokens import ConversationTokens
from training.models.context import too_long
from training.rollout.engine import GenerateFn, Sampled, Sampling, as_reply, seed_of


class Rollout(NamedTuple):
    """An episode with its tokens.

    `tokens` are all that follow the first prompt: what the model sampled, with its
    log-probabilities, and what was read between. `cut` says that its last turn ran into
    `max_tokens`; `failures` are the reasons of searches that failed through no fault of its.
    """

    task: Task
    trajectory: Trajectory
    prompt_ids: list[int]
    tokens: Tokens
    cut: bool
    failures: tuple[str, ...] = ()

    @property
    def own_tokens(self) -> int:
        """How many tokens the model itself produced."""
        return sum(self.tokens.own)


class RolloutSettings(NamedTuple):
    """What all episodes of a training share."""

    max_turns: int
    top_k: int
    guard: Guard
    max_tokens: int
    temperature: float
    together: int = 256
    """Rows that generate at once at most."""
    context: int | None = None
    """Tokens that the model can read, where they are bounded."""


@dataclass
class _Row:
    """An episode under way, and the ids that the model continues."""

    task: Task
    episode: Episode
    prompt_ids: list[int] = field(default_factory=list)
    tokens: Tokens = field(default_factory=Tokens)
    cut: bool = False
    failures: tuple[str, ...] = ()

    @property
    def read(self) -> list[int]:
        """All that the model has read and said."""
        return [*self.prompt_ids, *self.tokens.ids]

    def say(self, sampled: Sampled) -> None:
        """Take what the model sampled.

        To end its turn early was its choice as well, and one that can be learnt from: such
        a turn ends the episode, so no later prompt has to begin with that token.
        """
        self.tokens = self.tokens.appended(sampled.ids, sampled.logprobs)
        if sampled.end:
            self.tokens = self.tokens.appended([sampled.end.id], [sampled.end.logprob])
        self.cut = sampled.finish == "length"


class RolloutWorker:
    """Rolls tasks out to the end of their episodes."""

    def __init__(
        self,
        tokens: ConversationTokens,
        generate: GenerateFn,
        search: SearchBackend,
        system: Callable[[Prompt], str],
        settings: RolloutSettings,
        name: str = "policy",
    ) -> None:
        self.tokens = tokens
        self._generate = generate
        self._search = search
        self._system = system
        self._settings = settings
        self._teacher = Teacher(model=name)
        self._retriever = search.fingerprint(top_k=settings.top_k, guard=settings.guard)
        self._sampling = Sampling(STOPS, settings.max_tokens, settings.temperature)

    async def roll_out(self, tasks: Sequence[Task], seeds: Sequence[int]) -> list[Rollout]:
        """One rollout a task, each drawn from its own seed; raises ModelError."""
        rows = [
            _Row(task, Episode(task.prompt, self._settings.max_turns, seed))
            for task, seed in zip(tasks, seeds, strict=True)
        ]
        for start in range(0, len(rows), self._settings.together):
            await self._to_the_end(rows[start : start + self._settings.together])
        return [self._ended(row) for row in rows]

    async def _to_the_end(self, rows: Sequence[_Row]) -> None:
        while speaking := self._reading(rows):
            self._speak(speaking)
            searching = [row for row in speaking if row.episode.searching]
            await asyncio.gather(*(self._look_up(row) for row in searching))

    def _reading(self, rows: Sequence[_Row]) -> list[_Row]:
        """The rows that go on, once each has read what it continues next.

        One that its model's context has no room for ends: by no word of the model's, but for
        its searches, and what they find is not its own.
        """
        for row in rows:
            if row.episode.status is Status.RUNNING:
                self._read(row)
                held, length = self._settings.context, len(row.read)
                if held and length >= held:
                    row.episode = row.episode.fail(too_long(length, held))
        return [row for row in rows if row.episode.status is Status.RUNNING]

    def _speak(self, rows: Sequence[_Row]) -> None:
        started = time.perf_counter()
        prompts = [row.read for row in rows]
        seeds = [seed_of(row.episode.seed, len(row.episode.turns)) for row in rows]
        drawn = self._generate(prompts, self._sampling, seeds)
        seconds = (time.perf_counter() - started) / len(rows)
        for row, prompt, sampled in zip(rows, prompts, drawn, strict=True):
            row.say(sampled)
            reply = as_reply(sampled, len(prompt), self.tokens, seconds)
            row.episode = row.episode.speak(reply)

    def _read(self, row: _Row) -> None:
        """Let the model read what it continues next: the task, or what its search found."""
        if not row.prompt_ids:
            row.prompt_ids = self.tokens.prompt(row.episode.messages(self._system(row.task.prompt)))
            return
        messages = row.episode.messages(self._system(row.task.prompt))
        *earlier, information = messages
        ids = self.tokens.following([one.role for one in earlier], information)
        row.tokens = row.tokens.appended(ids)

    async def _look_up(self, row: _Row) -> None:
        task, settings = row.task, self._settings
        guard = LeakGuard.of(task.passage_id, settings.guard, task.prompt)
        found = await retrieve(self._search, row.episode.queries, top_k=settings.top_k, guard=guard)
        if found.error and not found.is_own_fault:
            row.failures += (found.error,)
        row.episode = row.episode.observe(found)

    def _ended(self, row: _Row) -> Rollout:
        trajectory = row.episode.trajectory(
            row.task, teacher=self._teacher, retriever=self._retriever
        )
        return Rollout(
            row.task,
            trajectory,
            row.prompt_ids,
            row.tokens,
            row.cut,
            row.failures,
        )
