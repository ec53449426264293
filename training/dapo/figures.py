"""What a batch says about the policy, for the log and the report."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from masksearch.evaluation.statistics import bootstrap_mean
from training.dapo.groups import Group


def figures(
    generated: Sequence[Group], kept: Sequence[Group], reused: int, seconds: float
) -> dict[str, float]:
    """Rewards over everything generated, so that choosing groups does not flatter them.

    The interval of the reward (95 %, bootstrap) is over groups, since the rollouts of one
    prompt are alike. Tokens are the model's own; seconds are those of generating; `length`
    (own tokens) and `searches` are means over rollouts, `cut` and `unscored` shares of them.
    """
    found = {
        "groups_generated": float(len(generated)),
        "groups_useful": float(sum(group.useful for group in generated)),
        "groups_kept": float(len(kept)),
        "groups_reused": float(reused),
        "tokens_generated": float(sum(sum(group.lengths) for group in generated)),
        "tokens_trained": float(sum(group.own_tokens for group in kept)),
        "generate_seconds": seconds,
    }
    return found | _shares(generated) | _rewards(generated)


def _shares(groups: Sequence[Group]) -> dict[str, float]:
    rollouts = sum(len(group.rewards) for group in groups)
    if not rollouts:
        return {}
    sums = {
        "length": sum(sum(group.lengths) for group in groups),
        "searches": sum(group.searches for group in groups),
        "cut": sum(group.cut for group in groups),
        "unscored": sum(group.rewards.count(None) for group in groups),
    }
    return {name: total / rollouts for name, total in sums.items()}


def _rewards(groups: Sequence[Group]) -> dict[str, float]:
    means = [fmean(scored) for group in groups if (scored := _scored(group))]
    if not means:
        return {}
    reward = bootstrap_mean(means)
    return {
        "reward": reward.mean,
        "reward_low": reward.low,
        "reward_high": reward.high,
        "format": fmean(value for group in groups for value in group.formats),
        "answer": fmean(value for group in groups for value in group.answers),
    }


def _scored(group: Group) -> list[float]:
    return [reward for reward in group.rewards if reward is not None]
