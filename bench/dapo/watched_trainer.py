"""The DAPO trainer, watched: which tokens of its updates really carry gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.dapo.groups import Group, MicroBatch, Row
from training.dapo.loss import TokenScores
from training.dapo.trainer import DapoTrainer


class WatchedTrainer(DapoTrainer):
    """Counts, and changes nothing."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.trained_tokens = 0
        self.useful_in_updates: list[int] = []
        self._with_gradient = 0
        self._generated: list[Group] = []
        self._scored: list[TokenScores] = []

    @property
    def share_with_gradient(self) -> float:
        """Of the trainable tokens of all updates, those with a gradient that is not 0."""
        return self._with_gradient / self.trained_tokens

    @property
    def share_without_sampling(self) -> float:
        """The same share, had every generated group been trained on."""
        every = sum(group.own_tokens for group in self._generated)
        return sum(group.own_tokens for group in self._generated if group.useful) / every

    def training_step(self, *given: Any, **named: Any) -> Any:
        """One micro-batch, forward and backward."""
        loss = super().training_step(*given, **named)
        for scores in self._scored:
            gradient_N = scores.logprobs_N.grad
            self.trained_tokens += len(scores.logprobs_N)
            self._with_gradient += int((gradient_N != 0).sum())
        self._scored.clear()
        return loss

    def _scores(self, model: Any, batch: MicroBatch) -> TokenScores:
        scores = super()._scores(model, batch)
        scores.logprobs_N.retain_grad()
        self._scored.append(scores)
        return scores

    async def _generate_groups(self, count: int) -> list[Group]:
        groups = await super()._generate_groups(count)
        self._generated += groups
        return groups

    def _micro_batches(self, rows: Sequence[Row]) -> list[MicroBatch]:
        """Useful groups by their rows: a row of one has an advantage, and rows keep their order."""
        size = self._config.group_size
        own = [rows[at : at + size] for at in range(0, len(rows), size)]
        self.useful_in_updates.append(sum(any(row.advantage for row in group) for group in own))
        return super()._micro_batches(rows)
