"""Groups of rollouts of one prompt, and the micro-batches they become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from masksearch.scoring.reward import Reward
from training.config import DapoConfig
from training.dapo.advantage import advantages, is_useful, overlong_punishment
from training.rollout.loop import Rollout


class Row(NamedTuple):
    """What the loss needs of a rollout; `trainable` and `logprobs` go along the completion."""

    prompt_ids: list[int]
    completion_ids: list[int]
    trainable: list[bool]
    logprobs: list[float]
    advantage: float

    @property
    def length(self) -> int:
        """Tokens in all."""
        return len(self.prompt_ids) + len(self.completion_ids)


class Group(NamedTuple):
    """The rollouts of one prompt with what they earned; a reward is None where it is not known.

    `lengths` are their own tokens, learnt from or not; `cut` counts those cut off.
    """

    task_id: str
    num_masks: int
    rows: list[Row]
    rewards: list[float | None]
    formats: list[float]
    answers: list[float]
    lengths: tuple[int, ...] = ()
    cut: int = 0
    searches: int = 0

    @property
    def useful(self) -> bool:
        """Whether its rewards differ, and there is a token left to learn that from."""
        return is_useful(self.rewards) and any(
            row.advantage and any(row.trainable) for row in self.rows
        )

    @property
    def own_tokens(self) -> int:
        """Tokens that are learnt from."""
        return sum(sum(row.trainable) for row in self.rows)


def as_group(rollouts: Sequence[Rollout], rewards: Sequence[Reward], config: DapoConfig) -> Group:
    """Score the rollouts of one prompt against each other.

    A rollout whose search failed, or that no judge could score, has no part in its group:
    it is not the model's doing. With overlong filtering, nothing is learnt from the tokens of
    a rollout that was cut off, though its reward counts for the others.
    """
    totals = [
        _total(rollout, reward, config) for rollout, reward in zip(rollouts, rewards, strict=True)
    ]
    found = advantages(totals, scale=config.scale_rewards)
    scored = [r for r, total in zip(rewards, totals, strict=True) if total is not None]
    return Group(
        task_id=rollouts[0].task.id,
        num_masks=rollouts[0].task.num_masks,
        rows=[
            _row(rollout, advantage, kept=total is not None and not _filtered(rollout, config))
            for rollout, advantage, total in zip(rollouts, found, totals, strict=True)
        ],
        rewards=totals,
        formats=[reward.format for reward in scored],
        answers=[reward.answer for reward in scored],
        lengths=tuple(rollout.own_tokens for rollout in rollouts),
        cut=sum(rollout.cut for rollout in rollouts),
        searches=sum(len(rollout.trajectory.turns) for rollout in rollouts),
    )


def _total(rollout: Rollout, reward: Reward, config: DapoConfig) -> float | None:
    if reward.unscored or rollout.failures:
        return None
    length = rollout.own_tokens
    return reward.total + overlong_punishment(length, config.soft_length, config.longest)


def _filtered(rollout: Rollout, config: DapoConfig) -> bool:
    return rollout.cut and config.overlong_filtering


def _row(rollout: Rollout, advantage: float, *, kept: bool) -> Row:
    row = row_of(rollout, advantage)
    return row if kept else row._replace(trainable=[False] * len(row.trainable))


def row_of(rollout: Rollout, advantage: float) -> Row:
    """A rollout as the loss takes it, all of its own tokens trainable."""
    tokens = rollout.tokens
    return Row(
        rollout.prompt_ids,
        list(tokens.ids),
        list(tokens.own),
        list(tokens.logprobs or ()),
        advantage,
    )


class MicroBatch(NamedTuple):
    """Rows as tensors, padded on the right.

    Shapes (B, T): ids, mask, trainable, old_logprobs; (B,): advantages. `update_tokens`
    counts the trainable tokens of the whole optimizer step, over all processes.
    """

    ids_BT: torch.Tensor
    mask_BT: torch.Tensor
    trainable_BT: torch.Tensor
    old_logprobs_BT: torch.Tensor
    advantages_B: torch.Tensor
    update_tokens: float


def in_updates(groups: Sequence[Group], updates: int, rows_of_update: int) -> list[list[Row]]:
    """The groups' rows shared out to optimizer steps, each filled up to the same number.

    What a shrunken batch lacks is filled with rows of one token from which nothing is
    learnt, since every process must make the same number of steps.
    """
    shares = [groups[number::updates] for number in range(updates)]
    rows = [[row for group in share for row in group.rows] for share in shares]
    return [own + [_EMPTY] * (rows_of_update - len(own)) for own in rows]


def micro_batches(rows: Sequence[Row], size: int) -> list[list[Row]]:
    """Rows of like length together, so that little is padded."""
    ordered = sorted(rows, key=lambda row: row.length)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def as_tensors(
    rows: Sequence[Row], pad: int, update_tokens: float, device: torch.device
) -> MicroBatch:
    """One micro-batch; the prompt's places are never trainable."""
    longest = max(row.length for row in rows)

    def padded(values: list[list[float]]) -> torch.Tensor:
        filled = [one + [0.0] * (longest - len(one)) for one in values]
        return torch.tensor(filled, device=device)

    ids = [row.prompt_ids + row.completion_ids for row in rows]
    before = [[0.0] * len(row.prompt_ids) for row in rows]
    return MicroBatch(
        torch.tensor([one + [pad] * (longest - len(one)) for one in ids], device=device),
        padded([[1.0] * len(one) for one in ids]).long(),
        padded(
            [a + list(map(float, r.trainable)) for a, r in zip(before, rows, strict=True)]
        ).bool(),
        padded([a + r.logprobs for a, r in zip(before, rows, strict=True)]).float(),
        torch.tensor([row.advantage for row in rows], device=device),
        update_tokens,
    )


_EMPTY = Row([0], [], [], [], 0.0)
