"""The one step machine of an episode, for a team and for an agent alike.

A model's turn is one step, `speak`. A team takes the same turn in two: `decide` is its
planner's or observer's decision, `ask` its rewriter's queries. What a search brought back is
`observe`. The graphs, the rollouts of RL and the rows of an evaluation all drive it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from masksearch import search_r1
from masksearch.decisions import Observation
from masksearch.messages import Message, Reply
from masksearch.protocol import Malformed, ModelTurn, conversation, read_turn
from masksearch.retrieval import Found
from masksearch.schemas import (
    Cost,
    Fingerprint,
    Outcome,
    Prompt,
    Status,
    Task,
    Teacher,
    Tokens,
    Trajectory,
    Turn,
    Value,
)

Reading = Callable[[Reply], ModelTurn | Malformed]


class Intent(Value):
    """What a team wants to find out next, before it has queries for it."""

    thought: str
    sub_question: str
    cost: Cost = Cost()


@dataclass(frozen=True)
class Episode:
    """Where an episode stands. `max_turns` counts searches; an answer may follow the last.

    `seed` is what its sampling is drawn from. While `searching`, the last turn's queries
    wait for what they bring back; while there is an `intent`, a team's rewriter has to speak.
    """

    prompt: Prompt
    max_turns: int
    seed: int = 0
    outcome: Outcome = Outcome()
    searching: bool = False
    intent: Intent | None = None
    said: tuple[str, ...] = ()
    """The model's own replies, in a dialect that goes on with them word by word."""

    @property
    def status(self) -> Status:
        """Running, or how it ended."""
        return self.outcome.status

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The searches so far; the last one may still be under way."""
        return self.outcome.turns

    @property
    def queries(self) -> tuple[str, ...]:
        """What is to be searched now; empty when it is the solver's turn."""
        return self.turns[-1].queries if self.searching else ()

    @property
    def is_spent(self) -> bool:
        """Whether no search is left, so that only an answer can follow."""
        return len(self.turns) >= self.max_turns

    def messages(self, system: str, examples: Sequence[Message] = ()) -> list[Message]:
        """The conversation that the model continues next."""
        return conversation(system, self.prompt, self.turns, examples)

    def speak(self, reply: Reply, *, sub_question: str = "", read: Reading = read_turn) -> Episode:
        """Take a model's turn: a search to run, an answer, or the end.

        `sub_question` is what the search is for, where whoever spoke knows that; `read` is how
        a reply is read.
        """
        self._expect(searching=False)
        cost, tokens = Cost(usage=reply.usage, seconds=reply.seconds), reply.tokens
        turn = read(reply)
        if isinstance(turn, Malformed):
            return self._malformed(turn, reply)
        if turn.answer is not None:
            return self._answered(turn, cost, tokens)
        if self.is_spent:
            return self._out_of_turns(turn.thought, cost, tokens)
        return self._searching(
            turn.thought, turn.queries, cost, sub_question=sub_question, tokens=tokens
        )

    def act(self, reply: Reply) -> Episode:
        """Take a model's reply by the rules of Search-R1: a reply without an action costs a turn."""
        self._expect(searching=False)
        text = search_r1.own_text(reply)
        spoken = replace(self, said=(*self.said, text))
        action, answer = search_r1.action_of(text), search_r1.last_answer(spoken.said)
        cost, tokens = Cost(usage=reply.usage, seconds=reply.seconds), reply.tokens
        if answer is not None and (self.is_spent or (action and action.is_answer)):
            turn = ModelTurn(thought=action.thought if action else "", answer=answer)
            return spoken._answered(turn, cost, tokens)
        if action is None:
            if self.is_spent:
                return spoken._malformed(Malformed(reason=search_r1.NO_ACTION, text=text), reply)
            return spoken._idle(text, cost, tokens)
        if self.is_spent:
            return spoken._out_of_turns(action.thought, cost, tokens)
        return spoken._searching(action.thought, (action.content,), cost, tokens=tokens)

    def decide(self, step: Observation, cost: Cost = Cost()) -> Episode:
        """Take a team's decision: what to find out next, or the answer."""
        self._expect(searching=False)
        if step.answer is not None:
            turn = ModelTurn(thought=step.thought, answer=step.answer)
            return self._answered(turn, cost)
        if self.is_spent:
            return self._out_of_turns(step.thought.strip(), cost)
        intent = Intent(thought=step.thought, sub_question=step.sub_question, cost=cost)
        return replace(self, intent=intent)

    def ask(
        self,
        queries: tuple[str, ...],
        cost: Cost = Cost(),
        prompt_versions: Mapping[str, str] | None = None,
    ) -> Episode:
        """Take a rewriter's queries for what was decided; those that no turn holds are the end."""
        if (intent := self.intent) is None:
            raise ValueError("out of step: nothing was decided that queries could be for")
        try:
            turn = ModelTurn(thought=intent.thought, queries=queries)
        except ValidationError as error:
            return self.fail(f"rewriter: {error.errors()[0]['msg']}", cost)
        return self._searching(
            turn.thought,
            turn.queries,
            intent.cost + cost,
            sub_question=intent.sub_question,
            prompt_versions=dict(prompt_versions or {}),
        )

    def observe(self, found: Found) -> Episode:
        """Take what the search of the last turn brought back, or why it failed."""
        self._expect(searching=True)
        *earlier, turn = self.turns
        return self._with(turns=(*earlier, found.in_turn(turn)))

    def fail(self, reason: str, cost: Cost = Cost()) -> Episode:
        """End the episode because something other than the model's words went wrong.

        `cost` is that of the call that failed; what was decided before it is added.
        """
        if self.status is not Status.RUNNING:
            raise ValueError(f"out of step: {self.status}")
        whole = self.intent.cost + cost if self.intent else cost
        return self._with(status=Status.FAILED, reason=reason, final_usage=whole.usage)

    def trajectory(
        self, task: Task, *, teacher: Teacher, retriever: Fingerprint | None, attempt: int = 0
    ) -> Trajectory:
        """The record of a task's episode that has ended."""
        return self.record(task.id, teacher=teacher, retriever=retriever, attempt=attempt)

    def record(
        self, task_id: str, *, teacher: Teacher, retriever: Fingerprint | None, attempt: int = 0
    ) -> Trajectory:
        """The record of an episode that has ended, where no answer is known in advance."""
        if self.status is Status.RUNNING:
            raise ValueError("the episode is still running")
        return Trajectory(
            task_id=task_id,
            attempt=attempt,
            teacher=teacher,
            retriever=retriever,
            seed=self.seed,
            **dict(self.outcome),
        )

    def _expect(self, *, searching: bool) -> None:
        waits_for_queries = self.intent is not None
        if self.status is not Status.RUNNING or self.searching is not searching:
            raise ValueError(f"out of step: {self.status}, searching: {self.searching}")
        if waits_for_queries:
            raise ValueError("out of step: the queries for what was decided are missing")

    def _with(self, *, searching: bool = False, **changes: Any) -> Episode:
        """The next step, with these changes to the outcome."""
        outcome = self.outcome.changed(**changes)
        return replace(self, outcome=outcome, searching=searching, intent=None)

    def _searching(
        self,
        thought: str,
        queries: tuple[str, ...],
        cost: Cost,
        *,
        sub_question: str = "",
        tokens: Tokens | None = None,
        prompt_versions: dict[str, str] | None = None,
    ) -> Episode:
        search = Turn(
            thought=thought,
            queries=queries,
            sub_question=sub_question,
            model_seconds=cost.seconds,
            usage=cost.usage,
            prompt_versions=prompt_versions or {},
            tokens=tokens,
        )
        return self._with(turns=(*self.turns, search), searching=True)

    def _idle(self, text: str, cost: Cost, tokens: Tokens | None) -> Episode:
        """A turn in which nothing is done; the model is told, and may go on."""
        turn = Turn(
            thought=search_r1.thought_of(text),
            queries=(),
            error=search_r1.NO_ACTION,
            model_seconds=cost.seconds,
            usage=cost.usage,
            tokens=tokens,
        )
        return self._with(turns=(*self.turns, turn))

    def _answered(self, turn: ModelTurn, cost: Cost, tokens: Tokens | None = None) -> Episode:
        return self._with(
            status=Status.ANSWERED,
            final_thought=turn.thought,
            answer=turn.answer,
            final_tokens=tokens,
            final_usage=cost.usage,
        )

    def _out_of_turns(self, thought: str, cost: Cost, tokens: Tokens | None = None) -> Episode:
        return self._with(
            status=Status.OUT_OF_TURNS,
            reason=f"no answer after {self.max_turns} searches",
            final_thought=thought,
            final_tokens=tokens,
            final_usage=cost.usage,
        )

    def _malformed(self, turn: Malformed, reply: Reply) -> Episode:
        cut = f" ({reply.cut})" if reply.cut else ""
        return self._with(
            status=Status.MALFORMED,
            reason=turn.reason + cut,
            malformed_text=turn.text,
            final_tokens=reply.tokens,
            final_usage=reply.usage,
        )
