"""Closed forms: what is computed against numbers worked out by hand."""

import math
from itertools import pairwise

import pytest
import torch
import torch.distributed
import torch.multiprocessing
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.parallel import DistributedDataParallel

from training.dapo.advantage import advantages, is_useful, overlong_punishment
from training.dapo.loss import clipped_objective, token_level_loss

LOW, HIGH = 0.2, 0.28


def test_advantages_are_the_distance_from_the_mean_in_spreads():
    spread = math.sqrt(4 * 0.25 / 3) + 1e-4
    assert advantages([1.0, 0.0, 0.0, 1.0]) == pytest.approx(
        [0.5 / spread, -0.5 / spread, -0.5 / spread, 0.5 / spread]
    )
    assert advantages([1.0, 0.0, 0.0, 1.0], scale=False) == [0.5, -0.5, -0.5, 0.5]


def test_what_could_not_be_scored_has_no_part_in_its_group():
    assert advantages([1.0, None, 0.0], scale=False) == [0.5, 0.0, -0.5]
    assert advantages([1.0, None]) == [0.0, 0.0]


def test_a_group_is_useful_when_its_rewards_differ_exactly():
    assert not is_useful([0.1] * 7)  # whose standard deviation need not be exactly 0
    assert is_useful([0.3, 0.1 + 0.2])
    assert not is_useful([0.5, None, 0.5])
    assert not is_useful([None, 0.5])


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=16))
def test_advantages_add_up_to_nothing_and_keep_the_order(rewards):
    worth = advantages(rewards)
    assert sum(worth) == pytest.approx(0, abs=1e-6)
    ranked = sorted(range(len(rewards)), key=lambda at: rewards[at])
    assert all(worth[a] <= worth[b] + 1e-12 for a, b in pairwise(ranked))


@pytest.mark.parametrize(
    ("length", "punishment"), [(0, 0), (10, 0), (11, -0.1), (15, -0.5), (20, -1), (99, -1)]
)
def test_overlong_punishment_falls_from_the_soft_length_to_the_longest(length, punishment):
    assert overlong_punishment(length, 10, 20) == pytest.approx(punishment)
    assert overlong_punishment(length, None, 20) == 0


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss", "clipped"),
    [
        (1.5, 1.0, -1.28, True),
        (1.25, 1.0, -1.25, False),  # held at 1.2 by a symmetric clip
        (1.5, -1.0, 1.5, False),
        (0.5, 1.0, -0.5, False),
        (0.5, -1.0, 0.8, True),
        (1.0, 2.0, -2.0, False),
    ],
)
def test_the_clip_is_higher_above_than_below(ratio, advantage, loss, clipped):
    logprob = torch.tensor([math.log(ratio) - 2.0], requires_grad=True)
    found = clipped_objective(logprob, torch.tensor([-2.0]), torch.tensor([advantage]), LOW, HIGH)
    assert found.losses_N.item() == pytest.approx(loss)
    assert found.clipped_N.item() is clipped
    found.losses_N.sum().backward()
    assert (logprob.grad.item() == 0) is clipped


def test_a_token_weighs_the_same_in_whatever_micro_batch_it_stands():
    losses = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    whole = token_level_loss(losses, 6)
    assert whole.item() == pytest.approx(3.5)
    uneven = [losses[:1], losses[1:5], losses[5:], losses[:0]]
    assert sum(token_level_loss(part, 6).item() for part in uneven) == pytest.approx(3.5)


SHARES = ([1.0, 2.0, 3.0, 4.0, 5.0], [6.0])


def one_process(rank: int, place: str, found: torch.Tensor) -> None:
    """A gradient over two micro-batches, averaged by DDP with the other process's."""
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{place}", rank=rank, world_size=2
    )
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(layer.weight)
    model = DistributedDataParallel(layer)
    mine = torch.tensor(SHARES[rank])[:, None]
    tokens = torch.tensor(float(len(mine)))
    torch.distributed.all_reduce(tokens)
    half = len(mine) // 2
    with model.no_sync():
        token_level_loss(model(mine[:half])[:, 0], tokens.item(), 2).backward()
    token_level_loss(model(mine[half:])[:, 0], tokens.item(), 2).backward()
    found[rank] = layer.weight.grad.item()
    torch.distributed.destroy_process_group()


def test_tokens_weigh_the_same_over_two_processes(tmp_path):
    found = torch.zeros(2).share_memory_()
    torch.multiprocessing.spawn(one_process, (str(tmp_path / "meet"), found), nprocs=2)
    mean = sum(sum(share) for share in SHARES) / 6
    assert found.tolist() == pytest.approx([mean, mean])
