"""The one step machine of an agent's episode.

`Episode.speak` takes what a model said, `Episode.observe` what a search brought back.
The agent graph and the rollouts of RL both drive it; neither parses a turn itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from masksearch.messages import Message, Reply
from masksearch.protocol import Malformed, ModelTurn, conversation, parse_turn, settle
from masksearch.schemas import (
    Fingerprint,
    Hit,
    Prompt,
    Status,
    Task,
    Teacher,
    TokenRecord,
    Trajectory,
    Turn,
    Usage,
)


@dataclass(frozen=True)
class Episode:
    """Where an episode stands. `max_turns` counts searches; an answer may follow the last."""

    prompt: Prompt
    max_turns: int
    turns: tuple[Turn, ...] = ()
    status: Status = Status.RUNNING
    searching: bool = False
    final_thought: str = ""
    answer: str = ""
    final_tokens: TokenRecord | None = None
    final_usage: Usage = Usage()
    reason: str = ""
    malformed_text: str = ""

    def messages(self, system: str, examples: Sequence[Message] = ()) -> list[Message]:
        """The conversation that the model continues next."""
        return conversation(system, self.prompt, self.turns, examples)

    @property
    def queries(self) -> tuple[str, ...]:
        """What is to be searched now; empty when it is the model's turn."""
        return self.turns[-1].queries if self.searching else ()

    def speak(self, reply: Reply) -> Episode:
        """Take a model's turn: a search to run, an answer, or the end."""
        self._expect(searching=False)
        said = parse_turn(settle(reply.text, cut=reply.finish != "stop"))
        if isinstance(said, Malformed):
            return self._malformed(said, reply)
        if said.answer is not None:
            return replace(
                self,
                status=Status.ANSWERED,
                final_thought=said.thought,
                answer=said.answer,
                final_tokens=_tokens(reply),
                final_usage=reply.usage,
            )
        if len(self.turns) == self.max_turns:
            return self._out_of_turns(said, reply)
        return replace(self, turns=(*self.turns, _search_turn(said, reply)), searching=True)

    def observe(self, hits: Sequence[Hit], *, seconds: float = 0.0, error: str = "") -> Episode:
        """Take what the search of the last turn brought back, or why it failed."""
        self._expect(searching=True)
        found = {"hits": tuple(hits), "error": error, "search_seconds": seconds}
        turn = self.turns[-1].model_copy(update=found)
        return replace(self, turns=(*self.turns[:-1], turn), searching=False)

    def fail(self, reason: str) -> Episode:
        """End the episode because something other than the model's words went wrong."""
        self._expect(searching=self.searching)
        return replace(self, status=Status.FAILED, reason=reason, searching=False)

    def trajectory(
        self, task: Task, *, teacher: Teacher, retriever: Fingerprint | None, seed: int
    ) -> Trajectory:
        """The record of a task's episode that has ended."""
        return self.record(task.id, teacher=teacher, retriever=retriever, seed=seed)

    def record(
        self, task_id: str, *, teacher: Teacher, retriever: Fingerprint | None, seed: int
    ) -> Trajectory:
        """The record of an episode that has ended, where no answer is known in advance."""
        if self.status is Status.RUNNING:
            raise ValueError("the episode is still running")
        return Trajectory(
            task_id=task_id,
            status=self.status,
            turns=self.turns,
            final_thought=self.final_thought,
            answer=self.answer,
            final_tokens=self.final_tokens,
            final_usage=self.final_usage,
            reason=self.reason,
            malformed_text=self.malformed_text,
            teacher=teacher,
            retriever=retriever,
            seed=seed,
        )

    def _expect(self, *, searching: bool) -> None:
        if self.status is not Status.RUNNING or self.searching is not searching:
            raise ValueError(f"out of step: {self.status}, searching: {self.searching}")

    def _malformed(self, said: Malformed, reply: Reply) -> Episode:
        cut = f" (cut at {reply.usage.completion_tokens} tokens)" * (reply.finish == "length")
        return replace(
            self,
            status=Status.MALFORMED,
            reason=said.reason + cut,
            malformed_text=said.text,
            final_tokens=_tokens(reply),
            final_usage=reply.usage,
        )

    def _out_of_turns(self, said: ModelTurn, reply: Reply) -> Episode:
        return replace(
            self,
            status=Status.OUT_OF_TURNS,
            reason=f"no answer after {self.max_turns} searches",
            final_thought=said.thought,
            final_tokens=_tokens(reply),
            final_usage=reply.usage,
        )


def merge_hits(ranked: Sequence[Sequence[Hit]], top_k: int) -> list[Hit]:
    """Hits of a turn's queries, taken in turn from each list, each passage once.

    Passages are the same when their ids are, and where a hit has no id when their texts are.
    """
    merged: dict[tuple[str, str], Hit] = {}
    for tier in zip_longest(*ranked):
        for hit in tier:
            if hit is not None and len(merged) < top_k:
                merged.setdefault((hit.id, "" if hit.id else hit.text), hit)
    return list(merged.values())


def _search_turn(said: ModelTurn, reply: Reply) -> Turn:
    return Turn(
        thought=said.thought,
        queries=said.queries,
        model_seconds=reply.seconds,
        usage=reply.usage,
        tokens=_tokens(reply),
    )


def _tokens(reply: Reply) -> TokenRecord | None:
    if reply.token_ids is None:
        return None
    trainable = (True,) * len(reply.token_ids)
    return TokenRecord(ids=reply.token_ids, trainable=trainable, logprobs=reply.logprobs)
