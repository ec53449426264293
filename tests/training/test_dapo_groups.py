import pytest
import torch
from lessons import a_task
from pydantic import ValidationError

from masksearch.schemas import Status, Tokens, Trajectory
from masksearch.scoring.reward import Reward
from training.config import DapoConfig
from training.dapo.figures import figures
from training.dapo.groups import Row, as_group, as_tensors, in_updates, micro_batches
from training.dapo.health import Health
from training.rollout.loop import Rollout

CONFIG = DapoConfig(soft_length=2, longest=4, scale_rewards=False)


def a_rollout(own: int, **parts) -> Rollout:
    trace = Trajectory(task_id="q0", status=Status.ANSWERED, answer="1969")
    ids = list(range(10, 10 + own))
    said = Tokens().appended(ids, [-0.5] * own).appended([10 + own])  # and one of a page
    found = Rollout(a_task(0), trace, [1, 2], said, cut=False)
    return found._replace(**parts)


def a_reward(total: float, unscored: str = "") -> Reward:
    return Reward(total=total, format=1.0, answer=total, unscored=unscored)


def test_a_group_is_scored_against_itself_and_punished_for_own_tokens_alone():
    group = as_group([a_rollout(2), a_rollout(3)], [a_reward(1.0), a_reward(1.0)], CONFIG)
    assert group.rewards == [1.0, 0.5]  # the page's token does not count
    assert [row.advantage for row in group.rows] == [0.25, -0.25]
    assert group.useful and group.own_tokens == 5


def test_what_is_not_the_model_s_doing_has_no_part_in_its_group():
    rollouts = [a_rollout(1), a_rollout(1), a_rollout(1, failures=("time out",))]
    rewards = [a_reward(1.0), a_reward(0.0, unscored="no verdict"), a_reward(0.0)]
    group = as_group(rollouts, rewards, CONFIG)
    assert group.rewards == [1.0, None, None] and not group.useful
    assert [sum(row.trainable) for row in group.rows] == [1, 0, 0]
    assert group.answers == [1.0]


def test_nothing_is_learnt_from_a_rollout_that_was_cut_though_its_reward_counts():
    rollouts = [a_rollout(2), a_rollout(2, cut=True)]
    group = as_group(rollouts, [a_reward(1.0), a_reward(0.0)], CONFIG)
    assert group.rewards == [1.0, 0.0] and group.rows[0].advantage == 0.5
    assert sum(group.rows[1].trainable) == 0


def test_without_overlong_filtering_a_cut_rollout_is_learnt_from():
    config = CONFIG.model_copy(update={"overlong_filtering": False})
    rollouts = [a_rollout(2), a_rollout(2, cut=True), a_rollout(2, cut=True, failures=("late",))]
    rewards = [a_reward(1.0), a_reward(0.0), a_reward(0.0)]
    group = as_group(rollouts, rewards, config)
    assert [row.advantage for row in group.rows] == [0.5, -0.5, 0.0]
    assert [sum(row.trainable) for row in group.rows] == [2, 2, 0]


def test_a_group_of_which_all_was_cut_off_teaches_nothing():
    rollouts = [a_rollout(2, cut=True), a_rollout(3, cut=True)]
    group = as_group(rollouts, [a_reward(0.0), a_reward(0.0)], CONFIG)
    assert group.rewards == [0.0, -0.5] and not group.useful
    assert list(group.lengths) == [2, 3] and group.cut == 2 and group.own_tokens == 0


@pytest.mark.parametrize(
    "lengths", [{"soft_length": 5}, {"longest": 5}, {"soft_length": 5, "longest": 5}]
)
def test_half_a_punishment_of_length_is_refused(lengths):
    with pytest.raises(ValidationError, match="soft_length and a greater longest, or neither"):
        DapoConfig(**lengths)


def test_updates_share_groups_and_are_filled_up_to_one_size():
    group = as_group([a_rollout(1), a_rollout(2)], [a_reward(1.0), a_reward(0.0)], CONFIG)
    first, second = in_updates([group] * 3, updates=2, rows_of_update=4)
    assert len(first) == len(second) == 4
    assert [sum(row.trainable) for row in second] == [1, 2, 0, 0]
    sizes = [[row.length for row in part] for part in micro_batches(second, 2)]
    assert sizes == [[1, 1], [4, 5]]


def test_tensors_are_padded_on_the_right_and_only_own_tokens_are_trainable():
    rows = [
        Row([1, 2], [3, 4, 5], [True, False, True], [-0.1, 0.0, -0.3], 2.0),
        Row([6], [7], [True], [-0.7], -1.0),
    ]
    batch = as_tensors(rows, pad=9, update_tokens=3, device=torch.device("cpu"))
    assert batch.ids_BT.tolist() == [[1, 2, 3, 4, 5], [6, 7, 9, 9, 9]]
    assert batch.mask_BT.tolist() == [[1] * 5, [1, 1, 0, 0, 0]]
    assert batch.trainable_BT.tolist() == [
        [False, False, True, False, True],
        [False, True, False, False, False],
    ]
    torch.testing.assert_close(
        batch.old_logprobs_BT,
        torch.tensor([[0, 0, -0.1, 0, -0.3], [0, -0.7, 0, 0, 0]]),
    )
    assert batch.advantages_B.tolist() == [2.0, -1.0] and batch.update_tokens == 3


def test_figures_are_over_all_that_was_generated():
    useful = as_group([a_rollout(1), a_rollout(1)], [a_reward(1.0), a_reward(0.0)], CONFIG)
    same = as_group([a_rollout(1), a_rollout(1)], [a_reward(1.0), a_reward(1.0)], CONFIG)
    found = figures([useful, same, same], [useful], reused=0, seconds=2.0)
    assert (found["groups_generated"], found["groups_useful"], found["groups_kept"]) == (3, 1, 1)
    assert (found["tokens_generated"], found["tokens_trained"]) == (6, 2)
    assert found["reward"] == (0.5 + 1 + 1) / 3
    assert found["reward_low"] <= found["reward"] <= found["reward_high"]


def test_health_tells_a_collapse_from_a_slow_start_and_from_noise():
    health = Health(4)
    assert not health.observe([0.0] * 8), "nothing was learnt yet"
    assert not health.observe([1.0] * 4)
    assert not health.observe([0.0, 1.0, 0.0])
    resumed = Health(4)
    resumed.load_state_dict(health.state_dict())
    assert "the policy has collapsed: 0%" in health.observe([0.0] * 4)
    assert "the policy has collapsed: 0%" in resumed.observe([0.0] * 4)
