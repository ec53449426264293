"""Dynamic sampling: batches of useful groups (arXiv 2503.14476, section 3.2).

A group whose rollouts all earned the same has no gradient. It is replaced by generating
for further prompts; useful groups that are over wait for the next batch.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from masksearch.errors import TrainingError
from training.dapo.groups import Group

Produce = Callable[[int], Awaitable[list[Group]]]


class Batch(NamedTuple):
    """What is trained on, what was generated for it, and how it came to its size.

    `ended` says why training ends before this batch; empty otherwise.
    """

    groups: list[Group]
    generated: list[Group]
    reused: int = 0
    ended: str = ""


class SamplingRule(NamedTuple):
    """How many useful groups a batch has, and what happens where they are not found."""

    wanted: int
    cap: int
    """Groups generated for a batch at most."""
    at_cap: str
    """`refill` generates on, `shrink` takes fewer, `reuse` fills up, `stop` ends training."""
    patience: int
    """Groups in a row without a useful one after which training cannot go on."""


@dataclass
class DynamicSampling:
    """Makes batches, and keeps what is over for the next one.

    `most` is the greatest of a number over all processes: they generate together, so that
    every one draws its tasks equally often.
    """

    rule: SamplingRule
    most: Callable[[int], int] = int
    pending: list[Group] = field(default_factory=list)
    """Useful groups that no batch has had yet."""
    earlier: list[Group] = field(default_factory=list)
    """The last batch's groups, kept for `reuse`."""
    useful: int = 0
    generated: int = 0
    consecutive_useless: int = 0
    """Groups since the last useful one."""

    async def next_batch(self, produce: Produce) -> Batch:
        """The next batch; raises TrainingError after `patience` groups without a useful one."""
        made: list[Group] = []
        while count := self.most(self._round(len(made))):
            groups = await produce(count)
            made += groups
            self._take(groups)
        return self._settle(made)

    def _capped(self, made: int) -> bool:
        """Whether this batch ends here; one without any useful group never does, but fails."""
        if self.rule.at_cap == "refill" or made < self.rule.cap:
            return False
        return bool(self.pending) or self.rule.at_cap != "shrink"

    def _round(self, made: int) -> int:
        """Groups to generate so that, at the share of useful ones so far, they just suffice."""
        missing = self.rule.wanted - len(self.pending)
        if missing <= 0 or self._capped(made):
            return 0
        share = (self.useful + 1) / (self.generated + 1)
        room = self.rule.cap - made
        count = math.ceil(missing / share)
        return max(1, min(count, room if room > 0 else self.rule.wanted))

    def _take(self, groups: list[Group]) -> None:
        found = [group for group in groups if group.useful]
        self.pending += found
        self.generated += len(groups)
        self.useful += len(found)
        self.consecutive_useless = 0 if found else self.consecutive_useless + len(groups)
        if self.consecutive_useless >= self.rule.patience:
            raise TrainingError(
                "all rollouts of a prompt earned the same for "
                f"{self.consecutive_useless} prompts in a row: there is nothing to learn from; try "
                "easier or harder tasks, more rollouts in a group, or a higher temperature"
            )

    def _settle(self, made: list[Group]) -> Batch:
        groups, self.pending = self.pending[: self.rule.wanted], self.pending[self.rule.wanted :]
        missing = self.rule.wanted - len(groups)
        if missing and self.rule.at_cap == "stop":
            self.pending = groups
            return Batch([], made, ended=self._short(len(groups), len(made)))
        reused = self.earlier[:missing] if self.rule.at_cap == "reuse" else []
        if not groups and not reused:
            return Batch([], made, ended=self._short(0, len(made)))
        self.earlier = groups or self.earlier
        return Batch([*groups, *reused], made, reused=len(reused))

    def _short(self, found: int, made: int) -> str:
        return f"only {found} of {self.rule.wanted} groups were useful among {made} generated"

    def state_dict(self) -> dict[str, Any]:
        """Everything that decides the next batches, as JSON values."""
        return {name: getattr(self, name) for name in _STATE}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Resume from a saved state."""
        for name in _STATE:
            value = state[name] if name in state else state[_FORMERLY[name]]
            setattr(self, name, _GROUPS.validate_python(value) if name in _LISTS else value)


_LISTS = ("pending", "earlier")
_STATE = (*_LISTS, "useful", "generated", "consecutive_useless")
_FORMERLY = {"consecutive_useless": "barren"}
"""Names in checkpoints of older versions."""
_GROUPS = TypeAdapter(list[Group])
