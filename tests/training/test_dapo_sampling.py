import json
import random

import pytest

from masksearch.errors import TrainingError
from training.dapo.groups import Group, Row
from training.dapo.sampling import DynamicSampling, SamplingRule

WANTED, CAP = 4, 12


def a_group(number: int, *, useful: bool) -> Group:
    row = Row([1, 2], [3, 4, 5], [True, False, True], [-0.1, 0.0, -0.25], 0.5)
    rewards = [1.0, 0.0] if useful else [1.0, 1.0]
    return Group(f"t{number}", 1, [row, row], rewards, [1.0, 1.0], [1.0, 0.0])


class Source:
    """Produces groups, of which a given share is useful, in a seeded order."""

    def __init__(self, share: float, seed: int = 0):
        self.share, self.random = share, random.Random(seed)
        self.made: list[Group] = []
        self.rounds: list[int] = []

    async def __call__(self, count: int) -> list[Group]:
        self.rounds.append(count)
        groups = [
            a_group(len(self.made) + n, useful=self.random.random() < self.share)
            for n in range(count)
        ]
        self.made += groups
        return groups


def sampling(at_cap: str = "refill", patience: int = 1000, cap: int = CAP) -> DynamicSampling:
    return DynamicSampling(SamplingRule(WANTED, cap, at_cap, patience))


async def test_refill_gives_full_batches_of_useful_groups_each_used_once():
    source, sampled = Source(0.3), sampling()
    batches = [await sampled.next_batch(source) for _ in range(50)]
    assert all(len(batch.groups) == WANTED and not batch.reused for batch in batches)
    used = [group.task_id for batch in batches for group in batch.groups]
    assert len(set(used)) == len(used) == 200
    assert used + [one.task_id for one in sampled.pending] == [
        group.task_id for group in source.made if group.useful
    ]
    assert sum(len(batch.generated) for batch in batches) == len(source.made)
    tokens_made = sum(group.own_tokens for group in source.made)
    tokens_used = sum(group.own_tokens for batch in batches for group in batch.groups)
    share = sum(group.useful for group in source.made) / len(source.made)
    assert tokens_made / tokens_used <= 1.15 / share


async def test_all_useful_groups_need_one_round():
    source, sampled = Source(1.0), sampling()
    await sampled.next_batch(source)
    assert source.rounds == [WANTED]


async def test_shrink_trains_on_what_was_found_at_the_cap():
    source, sampled = Source(0.1, seed=3), sampling("shrink")
    sizes = []
    for _ in range(20):
        batch = await sampled.next_batch(source)
        sizes.append(len(batch.groups))
        assert not batch.ended
        # Past the cap only as long as there is nothing at all to train on.
        assert len(batch.generated) <= CAP or not any(one.useful for one in batch.generated[:CAP])
    assert min(sizes) >= 1 and min(sizes) < WANTED


async def test_reuse_fills_up_with_the_last_batch_s_groups_and_says_how_many():
    plenty, nothing, sampled = Source(1.0), Source(0.0), sampling("reuse")
    first = await sampled.next_batch(plenty)
    again = await sampled.next_batch(nothing)
    assert again.groups == first.groups and again.reused == WANTED
    assert len(again.generated) == CAP


async def test_reuse_without_anything_to_use_ends_and_says_why():
    batch = await sampling("reuse").next_batch(Source(0.0))
    assert not batch.groups and batch.ended == "only 0 of 4 groups were useful among 12 generated"


async def test_stop_ends_training_at_the_cap_and_keeps_what_it_found():
    source, sampled = Source(0.2, seed=1), sampling("stop")
    batch = await sampled.next_batch(source)
    found = sum(group.useful for group in source.made)
    assert 0 < found < WANTED
    assert batch.ended == f"only {found} of 4 groups were useful among 12 generated"
    assert not batch.groups and len(sampled.pending) == found


@pytest.mark.parametrize("at_cap", ["refill", "shrink"])
async def test_no_useful_group_for_many_prompts_is_an_error(at_cap):
    with pytest.raises(TrainingError, match=r"for 4[0-9] prompts in a row") as caught:
        await sampling(at_cap, patience=40).next_batch(Source(0.0))
    assert "\n" not in str(caught.value)


async def test_goes_on_from_a_saved_state_as_if_never_broken_off():
    whole, source = sampling("reuse"), Source(0.4, seed=5)
    for _ in range(3):
        await whole.next_batch(source)
    saved = json.loads(json.dumps(whole.state_dict()))
    resumed = sampling("reuse")
    resumed.load_state_dict(saved)
    assert resumed == whole
    ahead, other = Source(0.4, seed=9), Source(0.4, seed=9)
    for _ in range(4):
        assert await whole.next_batch(ahead) == await resumed.next_batch(other)


async def test_a_checkpoint_of_an_older_version_is_read():
    whole = sampling("refill", patience=40)
    with pytest.raises(TrainingError):
        await whole.next_batch(Source(0.0))
    older = whole.state_dict()
    older["barren"] = older.pop("consecutive_useless")
    resumed = sampling("refill", patience=40)
    resumed.load_state_dict(older)
    assert resumed == whole and resumed.consecutive_useless >= 40


async def test_processes_generate_together_until_the_last_has_enough():
    source = Source(1.0)
    counts = iter([WANTED, WANTED, 0])
    sampled = DynamicSampling(SamplingRule(WANTED, CAP, "refill", 100), most=lambda n: next(counts))
    batch = await sampled.next_batch(source)
    assert source.rounds == [WANTED, WANTED]
    assert len(batch.groups) == WANTED and len(sampled.pending) == WANTED
